import { oipModelMetadata, oipServerMetadata } from '../../shared/protocol/oip/metadata';
import { IRIS } from './oip-model';

test('the server says its name, its version and what it can do', () => {
  expect(oipServerMetadata('0.1.0')).toEqual({
    name: 'onnx-functions',
    version: '0.1.0',
    extensions: ['binary_tensor_data', 'classification', 'model_repository', 'parameters'],
  });
});

test('a model says what goes in and comes out, with -1 for an unknown size', () => {
  expect(oipModelMetadata({ name: 'iris', versions: ['1'], signature: IRIS })).toEqual({
    name: 'iris',
    versions: ['1'],
    platform: 'onnxruntime_onnx',
    inputs: [{ name: 'X', datatype: 'FP32', shape: [-1, 4] }],
    outputs: [
      { name: 'label', datatype: 'INT64', shape: [-1] },
      { name: 'scores', datatype: 'FP32', shape: [-1, 3] },
    ],
  });
});
