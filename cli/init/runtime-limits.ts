import type { OnnxFile } from '../../shared/onnx/decode';
import { encodeModel } from '../../shared/onnx/encode';
import type { RuntimeLimits } from '../../shared/onnx/inspect';
import { createSession, runtimeVersion } from '../../shared/runtime/session';

/** What every version of ONNX Runtime takes that this package may be installed with. */
const SURE = { irVersion: 8, '': 17, 'ai.onnx.ml': 3 } as const;

/** Asks the installed runtime up to which version it takes what a file uses, by giving it files of one node. */
export async function runtimeLimits({ irVersion, operatorSets }: OnnxFile): Promise<RuntimeLimits> {
  const standard = operatorSets.get('');
  const learning = operatorSets.get('ai.onnx.ml');
  const sets = new Map<string, number>();
  if (standard !== undefined)
    sets.set('', await newest(SURE[''], standard, (version) => loads({ operatorSets: { '': version } })));
  if (learning !== undefined) {
    const takes = (version: number) => loads({ operatorSets: { '': SURE[''], 'ai.onnx.ml': version } });
    sets.set('ai.onnx.ml', await newest(SURE['ai.onnx.ml'], learning, takes));
  }
  return {
    runtime: await runtimeVersion(),
    irVersion: await newest(SURE.irVersion, irVersion, (version) =>
      loads({ irVersion: version, operatorSets: { '': SURE[''] } }),
    ),
    operatorSets: sets,
  };
}

/** The newest version up to the wanted one that is taken, if everything up to it is. */
async function newest(
  sure: number,
  wanted: number,
  takes: (version: number) => Promise<boolean>,
): Promise<number> {
  let low = sure;
  let high = Math.max(sure, wanted);
  if (high > low && (await takes(high))) return high;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (await takes(middle)) low = middle;
    else high = middle;
  }
  return low;
}

async function loads(versions: {
  irVersion?: number;
  operatorSets: Record<string, number>;
}): Promise<boolean> {
  const spec = { type: 'float32', shape: ['N'] } as const;
  const file = encodeModel({
    name: 'version',
    producer: 'onnx-functions',
    ...versions,
    signature: { inputs: [{ name: 'x', ...spec }], outputs: [{ name: 'y', ...spec }] },
    nodes: [{ operator: 'Identity', inputs: ['x'], outputs: ['y'] }],
  });
  try {
    await (await createSession(file, { threads: 1, isQuiet: true })).release();
    return true;
  } catch {
    return false;
  }
}
