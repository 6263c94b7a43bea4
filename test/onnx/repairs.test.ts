import { findCategories } from '../../shared/onnx/categories';
import { findClassLabels } from '../../shared/onnx/class-labels';
import { decodeModel, type OnnxFile } from '../../shared/onnx/decode';
import { writeFile } from '../../shared/onnx/edit';
import type { Finding } from '../../shared/onnx/finding';
import { GRAPH, MODEL } from '../../shared/onnx/format';
import { findCustomOperators, findForeignTypes, findImages, findTooNew } from '../../shared/onnx/inspect';
import type { Node } from '../../shared/onnx/model';
import { freeBatch } from '../../shared/onnx/repairs/batch';
import { rewriteLocales } from '../../shared/onnx/repairs/locale';
import { cutZipMaps, findNonTensors, openSequences } from '../../shared/onnx/repairs/non-tensors';
import { bytesField, integerField, readMessage, writeMessage } from '../../shared/onnx/wire';
import { createSession } from '../../shared/runtime/session';
import { classifier, encode, regressor, TABLE, TEXTS, zipMap, zipMapModel } from './models';

const rows = { X: { type: 'float32', dims: [2, 2], data: Float32Array.of(1, 2, -3, -4) } } as const;

async function run(file: OnnxFile) {
  const session = await createSession(writeFile(file), { threads: 1 });
  const outputs = await session.run(rows);
  await session.release();
  return { outputs, session };
}

const codes = (findings: readonly Finding[]) => findings.map(({ code, repaired }) => [code, repaired]);

describe('cutZipMaps()', () => {
  test('gives the scores as a tensor, and their labels', async () => {
    const { file, findings, labels } = cutZipMaps(decodeModel(zipMapModel()));

    const { outputs, session } = await run(file);
    expect(session.otherOutputs).toEqual([]);
    expect(outputs['label']?.data).toEqual(['green', 'blue']);
    expect(outputs['probabilities']?.dims).toEqual([2, 3]);
    expect(labels.get('probabilities')).toEqual(['red', 'green', 'blue']);
    expect(codes(findings)).toEqual([['zip-map', true]]);
  });

  test('follows dictionaries that are handed on under other names', async () => {
    const passed: Node = { operator: 'Identity', inputs: ['zipped'], outputs: ['probabilities'] };
    const model = encode({
      otherOutputs: ['probabilities'],
      nodes: [classifier(), zipMap('scores', 'zipped'), passed],
    });

    const { outputs } = await run(cutZipMaps(decodeModel(model)).file);

    expect(outputs['probabilities']?.dims).toEqual([2, 3]);
  });

  test('leaves every other field of the file where and as it is, strange ones too', () => {
    const strange = writeMessage([bytesField(9999, 'what is this'), integerField(77, 5)]);
    const model = Buffer.concat([strange, zipMapModel(), strange]);

    const changed = readMessage(writeFile(cutZipMaps(decodeModel(model)).file), 'it');

    const before = readMessage(model, 'it');
    expect(changed.map(({ number }) => number)).toEqual(before.map(({ number }) => number));
    const others = (fields: typeof before) => fields.filter(({ number }) => number !== MODEL.graph);
    expect(Buffer.from(writeMessage(others(changed)))).toEqual(Buffer.from(writeMessage(others(before))));
  });

  test('copies no weights', () => {
    const weights = new Float32Array(100_000).fill(0.5);
    const model = encode({
      otherOutputs: ['probabilities'],
      nodes: [classifier(), zipMap('scores', 'probabilities')],
      initializers: { weights: { type: 'float32', dims: [weights.length], data: weights } },
    });

    const { fields } = cutZipMaps(decodeModel(model)).file.graph;

    const stored = fields.find(({ number }) => number === GRAPH.initializer);
    expect(stored?.pieces.map(({ buffer }) => buffer === model.buffer)).toEqual([true]);
  });

  test.each<[what: string, nodes: readonly Node[], detail: string]>([
    [
      'that names no labels',
      [classifier(), zipMap('scores', 'probabilities', { type: 'STRINGS', value: [] })],
      'it has no labels',
    ],
    [
      'whose dictionaries another node takes',
      [
        classifier(),
        zipMap('scores', 'zipped'),
        { operator: 'SequenceLength', inputs: ['zipped'], outputs: ['probabilities'] },
      ],
      'other nodes take its dictionaries',
    ],
  ])('refuses one %s', (_, nodes, detail) => {
    const { findings } = cutZipMaps(decodeModel(encode({ otherOutputs: ['probabilities'], nodes })));

    expect(findings).toEqual([
      expect.objectContaining({ code: 'zip-map', repaired: false, detail: expect.stringContaining(detail) }),
    ]);
  });
});

describe('openSequences()', () => {
  test('gives each tensor of a sequence as an output of its own', async () => {
    const model = encode({
      otherOutputs: ['all'],
      nodes: [classifier(), { operator: 'SequenceConstruct', inputs: ['scores', 'X'], outputs: ['all'] }],
    });
    // The encoder writes no type for it, and an exporter does.
    const file = withSequenceType(decodeModel(model));

    const { file: opened, findings } = openSequences(file);

    const { outputs } = await run(opened);
    expect(Object.entries(outputs).map(([name, { dims }]) => [name, dims])).toEqual([
      ['all_0', [2, 3]],
      ['all_1', [2, 2]],
    ]);
    expect(codes(findings)).toEqual([['sequence-output', true]]);
    expect(findNonTensors(opened, [])).toEqual([]);
  });

  test('leaves a sequence that is made in a way that the file does not show', () => {
    const split: Node = { operator: 'SplitToSequence', inputs: ['X'], outputs: ['all'] };
    const file = withSequenceType(decodeModel(encode({ otherOutputs: ['all'], nodes: [split] })));

    const { file: opened, findings } = openSequences(file);

    expect(findings).toEqual([]);
    expect(codes(findNonTensors(opened, []))).toEqual([['non-tensor-output', false]]);
  });

  /** Says of the outputs that they are sequences of float32. */
  function withSequenceType(file: OnnxFile): OnnxFile {
    const tensor = [bytesField(1, [integerField(1, 1)])];
    const type = [bytesField(4, [bytesField(1, tensor)])];
    const graph = file.graph.fields.map((field) =>
      field.number === GRAPH.output
        ? bytesField(GRAPH.output, [bytesField(1, 'all'), bytesField(2, type)])
        : field,
    );
    const fields = file.fields.map((field) =>
      field.number === MODEL.graph ? bytesField(MODEL.graph, graph) : field,
    );
    return decodeModel(writeMessage(fields));
  }
});

describe('rewriteLocales()', () => {
  const normalizer = (locale?: string): Node => ({
    operator: 'StringNormalizer',
    inputs: ['words'],
    outputs: ['small'],
    attributes: {
      case_change_action: { type: 'STRING', value: 'LOWER' },
      ...(locale !== undefined && { locale: { type: 'STRING', value: locale } }),
    },
  });
  const words = { name: 'words', type: 'string', shape: ['N'] } as const;
  const modelOf = (locale?: string) =>
    decodeModel(
      encode({ inputs: [words], outputs: [{ ...words, name: 'small' }], nodes: [normalizer(locale)] }),
    );

  test.each([undefined, 'en_US', 'en_US.UTF-8'])(
    'needs no installed locale in the place of %s',
    async (locale) => {
      const { file, findings } = rewriteLocales(modelOf(locale));

      const session = await createSession(writeFile(file), { threads: 1 });
      const { small } = await session.run({ words: { type: 'string', dims: [2], data: ['ÄRGER', 'Été'] } });
      await session.release();
      expect(small?.data).toEqual(['ärger', 'été']);
      expect(codes(findings)).toEqual([['locale', true]]);
    },
  );

  test.each(['C', 'C.UTF-8', 'POSIX'])('leaves %s alone', (locale) => {
    const file = modelOf(locale);

    expect(rewriteLocales(file)).toEqual({ file, findings: [] });
  });

  test('refuses a language with rules of its own', () => {
    const { findings } = rewriteLocales(modelOf('tr_TR.UTF-8'));

    expect(codes(findings)).toEqual([['locale', false]]);
    expect(findings[0]?.detail).toContain('it needs the locale tr_TR.UTF-8');
  });
});

describe('freeBatch()', () => {
  test('declares that any number of rows may come', async () => {
    const { file, findings, rows: wanted } = freeBatch(decodeModel(regressor(1)));

    const { outputs } = await run(file);
    expect(outputs['y']?.data).toEqual(Float32Array.of(8, -18));
    expect(wanted).toBe(1);
    expect(codes(findings)).toEqual([['fixed-batch', true]]);
  });

  test('leaves a file alone that takes any number', () => {
    const file = decodeModel(regressor());

    expect(freeBatch(file)).toEqual({ file, findings: [], rows: undefined });
  });

  test('refuses inputs that disagree on the number', () => {
    const other = { name: 'Z', type: 'float32', shape: [3, 2] } as const;
    const model = encode({ inputs: [{ ...TABLE, shape: [1, 2] }, other], nodes: [] });

    expect(codes(freeBatch(decodeModel(model)).findings)).toEqual([['fixed-batch', false]]);
  });
});

describe('what the file says', () => {
  const inspect = (nodes: readonly Node[], more: Partial<Parameters<typeof encode>[0]> = {}) =>
    decodeModel(encode({ nodes, ...more }));

  test('versions that the runtime is too old for, and what it has', () => {
    const limits = { runtime: '1.0.0', irVersion: 7, operatorSets: new Map([['', 16]]) };

    const findings = findTooNew(inspect([]), limits);

    expect(findings.map(({ where, detail }) => `${where}: ${detail}`)).toEqual([
      'IR version 8: onnxruntime-node 1.0.0 reads up to 7: set model.ir_version = 7 in Python before saving',
      'ai.onnx 17: onnxruntime-node 1.0.0 has ai.onnx up to 16: export with target_opset=16 (opset_version in PyTorch)',
    ]);
  });

  test('operators that come from elsewhere', () => {
    const file = inspect([{ operator: 'Magic', domain: 'com.example', inputs: ['X'], outputs: ['y'] }]);

    expect(findCustomOperators(file)).toEqual([
      expect.objectContaining({ code: 'custom-operator', where: 'Magic "y"' }),
    ]);
  });

  test('nothing of datatypes and pictures where there is nothing', () => {
    const file = decodeModel(zipMapModel());

    expect([...findForeignTypes(file), ...findImages(file)]).toEqual([]);
  });

  test('an input that takes pictures', () => {
    const file = inspect([], { inputs: [{ name: 'image', type: 'float32', shape: ['N', 3, 224, 224] }] });

    expect(findImages(file)).toEqual([expect.objectContaining({ code: 'image-input', severity: 'note' })]);
  });

  test('the labels that a classifier chooses from, behind other nodes', () => {
    const { graph } = inspect([
      classifier(TEXTS),
      { operator: 'Identity', inputs: ['label'], outputs: ['said'] },
    ]);

    expect(findClassLabels(graph, 'said')).toEqual(['red', 'green', 'blue']);
    expect(findClassLabels(graph, 'X')).toBeUndefined();
  });

  test.each([
    [0, true],
    [1, false],
  ])('the categories of a column, closed where zeros = %d', (zeros, isClosed) => {
    const file = inspect([
      {
        operator: 'OneHotEncoder',
        domain: 'ai.onnx.ml',
        inputs: ['X'],
        outputs: ['hot'],
        attributes: { cats_strings: TEXTS, zeros: { type: 'INT', value: zeros } },
      },
    ]);

    expect(findCategories(file)).toEqual([
      { input: 'X', column: 0, values: ['red', 'green', 'blue'], isClosed },
    ]);
  });
});
