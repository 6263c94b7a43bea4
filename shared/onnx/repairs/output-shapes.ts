import type { TensorSpec } from '../../core/signature';
import type { OnnxFile } from '../decode';
import { editGraph, replaceFields } from '../edit';
import { valueMessage } from '../encode';
import { repair } from '../finding';
import { GRAPH } from '../format';
import { bytesField, type Field } from '../wire';
import type { Repaired } from './repaired';

/** Declares outputs as they come out, where the file says that they have another number of dimensions, or nothing. */
export function declareOutputs(file: OnnxFile, actual: readonly TensorSpec[]): Repaired {
  const wrong = file.graph.outputs.flatMap((output) => {
    const spec = actual.find(({ name }) => name === output.name);
    return spec === undefined || spec.shape.length === output.shape?.length ? [] : [{ output, spec }];
  });
  if (wrong.length === 0) return { file, findings: [] };
  const changes = new Map<Field, readonly Field[]>(
    wrong.map(({ output, spec }) => [output.field, [bytesField(GRAPH.output, valueMessage(spec))]]),
  );
  return {
    file: editGraph(file, (fields) => replaceFields(fields, changes)),
    findings: wrong.map(({ output, spec }) =>
      repair(
        'output-shape',
        `output "${spec.name}"`,
        `${shapeText(output.shape)} becomes ${shapeText(spec.shape)}, as it comes out`,
      ),
    ),
  };
}

function shapeText(shape: readonly (number | string)[] | undefined): string {
  return shape === undefined ? 'no shape' : `the shape [${shape.join(', ')}]`;
}
