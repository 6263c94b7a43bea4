import { readFileSync } from 'node:fs';
import type { TabularManifest } from '../../shared/core/manifest';
import type { NamedTensors } from '../../shared/core/tensor';
import { compareAnswers, describePrediction } from '../../shared/serving/shadow/compare-answers';
import { projectPath } from '../../training/project-path';

const MANIFEST = JSON.parse(
  readFileSync(projectPath('model-artifacts/iris/1.0.0/manifest.json'), 'utf8'),
) as TabularManifest;
const [SETOSA = '', VERSICOLOR = '', VIRGINICA = ''] = MANIFEST.classes ?? [];

/** Probabilities of rows, with the label of the highest. */
function outputsOf(...rows: readonly [number, number, number][]): NamedTensors {
  const labels = rows.map((row) => BigInt(row.indexOf(Math.max(...row))));
  return {
    label: { type: 'int64', dims: [rows.length], data: BigInt64Array.from(labels) },
    probabilities: { type: 'float32', dims: [rows.length, 3], data: Float32Array.from(rows.flat()) },
  };
}

const answerOf = (outputs: NamedTensors, manifest: TabularManifest = MANIFEST) => ({ manifest, outputs });

describe('compareAnswers()', () => {
  test('finds equal answers equal', () => {
    const outputs = outputsOf([0.5, 0.25, 0.25], [0, 1, 0]);

    expect(compareAnswers(answerOf(outputs), answerOf(outputs), 2)).toEqual({
      agreement: 1,
      maxDifference: 0,
    });
  });

  test('says in how many rows the class is the same, and how far the probabilities are apart', () => {
    const answer = outputsOf([0.5, 0.25, 0.25], [0, 1, 0], [0, 0, 1], [1, 0, 0]);
    const shadow = outputsOf([0.75, 0.25, 0], [1, 0, 0], [0, 0, 1], [1, 0, 0]);

    expect(compareAnswers(answerOf(answer), answerOf(shadow), 4)).toEqual({
      agreement: 0.75,
      maxDifference: 1,
    });
  });

  test('goes by the names of classes where their order differs, and then compares no probabilities', () => {
    const reordered = { ...MANIFEST, classes: [VIRGINICA, VERSICOLOR, SETOSA] };

    const comparison = compareAnswers(
      answerOf(outputsOf([1, 0, 0])),
      answerOf(outputsOf([0, 0, 1]), reordered),
      1,
    );

    expect(comparison).toEqual({ agreement: 1 });
  });

  test('compares the numbers of a regression', () => {
    const { classes: _, ...rest } = MANIFEST;
    const manifest: TabularManifest = { ...rest, task: 'regression', output: { value: 'y' } };
    const y = (...values: number[]): NamedTensors => ({
      y: { type: 'float32', dims: [values.length], data: Float32Array.from(values) },
    });

    expect(compareAnswers(answerOf(y(1, 2), manifest), answerOf(y(1, 2.5), manifest), 2)).toEqual({
      maxDifference: 0.5,
    });
    expect(describePrediction(answerOf(y(2.5), manifest), 1)).toBe(2.5);
  });

  test('compares the outputs of a model of tensors by their names', () => {
    const { schema_version, name, version, artifact } = MANIFEST;
    const manifest = { schema_version, name, version, artifact };
    const outputs = (value: bigint): NamedTensors => ({
      n: { type: 'int64', dims: [1], data: BigInt64Array.of(value) },
      text: { type: 'string', dims: [1], data: ['a'] },
    });

    expect(compareAnswers({ manifest, outputs: outputs(5n) }, { manifest, outputs: outputs(7n) }, 1)).toEqual(
      {
        maxDifference: 2,
      },
    );
    expect(describePrediction({ manifest, outputs: outputs(5n) }, 1)).toBeUndefined();
  });
});

test('describePrediction() names the class of one row, and counts those of many', () => {
  const one = answerOf(outputsOf([0, 1, 0]));
  const three = answerOf(outputsOf([0, 1, 0], [0, 1, 0], [1, 0, 0]));

  expect(describePrediction(one, 1)).toBe(VERSICOLOR);
  expect(describePrediction(three, 3)).toEqual({ [VERSICOLOR]: 2, [SETOSA]: 1 });
});
