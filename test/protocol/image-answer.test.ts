import type { Tensor } from '../../shared/core/tensor';
import {
  readImagePredictions,
  writeImagePredict,
  writeImagePredictBatch,
} from '../../shared/protocol/image/answer';

const CLASSES = ['cat', 'dog', 'fox'];

function read(values: readonly number[], { softmax = false, topK = 3, images = 1 } = {}) {
  const scores: Tensor = { type: 'float32', dims: [images, 3], data: Float32Array.from(values) };
  const model = { classes: CLASSES, output: { scores: 'y' }, softmax };
  return readImagePredictions(model, { y: scores }, { images, topK });
}

test('classes come by their score, the highest first, as many as are wanted', () => {
  expect(read([0.1, 0.7, 0.2], { topK: 2 })).toEqual([
    [
      { class_id: 1, label: 'dog', confidence: 0.7 },
      { class_id: 2, label: 'fox', confidence: 0.2 },
    ],
  ]);
});

test.each([
  [
    [0.2, 0.4, 0.4],
    [1, 2, 0],
  ],
  [
    [0.4, 0.4, 0.4],
    [0, 1, 2],
  ],
  [
    [Number.NaN, 0.1, 0.9],
    [2, 1, 0],
  ],
  [
    [0.5, Number.NaN, Number.NEGATIVE_INFINITY],
    [0, 2, 1],
  ],
])('scores %j are ranked %j', (scores, expected) => {
  expect(read(scores)[0]?.map(({ class_id }) => class_id)).toEqual(expected);
});

test('more classes than there are give all of them', () => {
  expect(read([0.1, 0.7, 0.2], { topK: 1000 })[0]).toHaveLength(3);
});

// numpy: e = np.exp(x - x.max()); np.float32(e / e.sum())
test.each([
  [
    [1, 2, 3],
    [0.66524094, 0.24472848, 0.09003057],
  ],
  [
    [1000, 0, -1000],
    [1, 0, 0],
  ],
  [
    [-1000, -1000, -1000],
    [0.33333334, 0.33333334, 0.33333334],
  ],
])('logits %j have the softmax %j', (logits, expected) => {
  expect(read(logits, { softmax: true })[0]?.map(({ confidence }) => confidence)).toEqual(expected);
});

test('what is no number has no confidence', () => {
  expect(read([Number.NaN, 1, 2], { softmax: true })[0]?.map(({ confidence }) => confidence)).toEqual([
    null,
    null,
    null,
  ]);
});

test.each([
  [{ type: 'float16', dims: [1, 3], data: Uint16Array.of(0x3800, 0x3400, 0x0000) }, [0.5, 0.25, 0]],
  [{ type: 'float64', dims: [1, 3, 1, 1], data: Float64Array.of(0.5, 0.25, 0) }, [0.5, 0.25, 0]],
] satisfies [Tensor, number[]][])('scores may be %j', (scores, expected) => {
  const model = { classes: CLASSES, output: { scores: 'y' }, softmax: false };
  const [predictions] = readImagePredictions(model, { y: scores }, { images: 1, topK: 3 });

  expect(predictions?.map(({ confidence }) => confidence)).toEqual(expected);
});

test('each image has its own classes', () => {
  const rows = read([0.1, 0.2, 0.7, 0.9, 0.1, 0], { images: 2, topK: 1 });

  expect(rows.map(([first]) => first?.label)).toEqual(['fox', 'cat']);
});

test.each([
  [{}, 'expected 3 scores from output "y", got nothing'],
  [
    { y: { type: 'float32', dims: [1, 2], data: Float32Array.of(1, 2) } },
    'expected 3 scores from output "y", got 2 of type float32',
  ],
  [
    { y: { type: 'int32', dims: [1, 3], data: Int32Array.of(1, 2, 3) } },
    'expected 3 scores from output "y", got 3 of type int32',
  ],
] satisfies [Record<string, Tensor>, string][])('outputs %j are refused', (outputs, message) => {
  const model = { classes: CLASSES, output: { scores: 'y' }, softmax: false };

  expect(() => readImagePredictions(model, outputs, { images: 1, topK: 1 })).toThrow(message);
});

const END = {
  frame: { modelName: 'm', modelVersion: '1.0.0', deploymentType: 'stable' },
  requestId: 'r',
  timings: { inferenceMs: 12.34567, preprocessingMs: 4 },
};

const FRAME = {
  inference_time_ms: 12.346,
  preprocessing_time_ms: 4,
  model_name: 'm',
  model_version: '1.0.0',
  deployment_type: 'stable',
  request_id: 'r',
};

test('an answer names the classes, the times, the model and the request', () => {
  const [predictions = []] = read([0.1, 0.7, 0.2], { topK: 1 });

  expect(JSON.parse(writeImagePredict(predictions, END))).toEqual({
    predictions: [{ class_id: 1, label: 'dog', confidence: 0.7 }],
    ...FRAME,
  });
});

test('an answer to a batch has a list for each image', () => {
  const predictions = read([0.1, 0.7, 0.2, 0.5, 0.3, 0.2], { topK: 1, images: 2 });

  expect(JSON.parse(writeImagePredictBatch(predictions, END))).toEqual({
    predictions: [
      [{ class_id: 1, label: 'dog', confidence: 0.7 }],
      [{ class_id: 0, label: 'cat', confidence: 0.5 }],
    ],
    ...FRAME,
  });
});
