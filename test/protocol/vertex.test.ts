import fc from 'fast-check';
import { ServingError } from '../../shared/core/errors';
import { encodeTfs } from '../../shared/protocol/tfs/answer';
import { outputsOf, readVertex, toInputs } from '../../shared/protocol/vertex';
import { FLOWERS, IRIS, IRIS_OUTPUTS } from './protocol-models';

const ROWS = [
  [5.1, 3.5, 1.4, 0.2],
  [6.2, 3.4, 5.4, 2.3],
];

describe('a request of Vertex AI', () => {
  test.each([
    ['bare values', ROWS],
    ['named inputs', ROWS.map((X) => ({ X }))],
  ])('gives its instances as tensors from %s', (_, instances) => {
    const request = readVertex({ instances, parameters: { outputs: ['label', 'scores'] } });

    expect(request.outputs).toEqual(['label', 'scores']);
    expect(toInputs(request, IRIS)).toEqual({ X: FLOWERS });
  });

  test.each([undefined, null, {}, { outputs: null }, { outputs: [] }, { temperature: 1 }])(
    'asks for every output with the parameters %j',
    (parameters) => {
      const request = readVertex({ instances: ROWS, parameters });

      expect(request).toEqual({ instances: ROWS });
      expect(outputsOf(request, IRIS)).toEqual(['label', 'scores']);
    },
  );

  test('has its outputs in the order that it asks for', () => {
    const request = readVertex({ instances: ROWS, parameters: { outputs: ['scores', 'label'] } });

    expect(outputsOf(request, IRIS)).toEqual(['scores', 'label']);
  });

  test.each([
    [['labels'], '/parameters/outputs/0: expected one of "label", "scores", got "labels"'],
    [['label', 'label'], '/parameters/outputs/1: expected each output once, got "label" twice'],
  ])('is refused for the outputs %j', (outputs, message) => {
    expect(() => outputsOf({ instances: ROWS, outputs }, IRIS)).toThrow(message);
  });

  test.each([
    [null, 'expected an object with "instances", got null'],
    [{ inputs: [] }, 'expected an object with "instances", got an object'],
    [{ instances: 1 }, '/instances: expected an array, got the number 1'],
    [{ instances: [] }, '/instances: expected at least one instance, got none'],
    [{ instances: [1], parameters: [] }, '/parameters: expected an object, got an array of 0'],
    [
      { instances: [1], parameters: { outputs: 'label' } },
      '/parameters/outputs: expected an array, got the string "label"',
    ],
    [
      { instances: [1], parameters: { outputs: [1] } },
      '/parameters/outputs/0: expected a string, got the number 1',
    ],
  ])('is refused as %j', (body, message) => {
    expect(() => readVertex(body)).toThrow(new Error(message));
  });

  test('is either read or refused, whatever JSON it holds', () => {
    const body = fc.oneof(
      fc.jsonValue(),
      fc.record({ instances: fc.array(fc.jsonValue()), parameters: fc.jsonValue() }),
    );
    fc.assert(
      fc.property(body, (value) => {
        try {
          toInputs(readVertex(value), IRIS);
        } catch (error) {
          expect(error).toBeInstanceOf(ServingError);
        }
      }),
    );
  });
});

test('an answer to Vertex AI has one prediction for each instance', () => {
  expect(JSON.parse(encodeTfs('row', IRIS_OUTPUTS))).toEqual({
    predictions: [
      { label: 0, scores: [0.97, 0.02, 0.01] },
      { label: 2, scores: [0, 0.03, 0.97] },
    ],
  });
});
