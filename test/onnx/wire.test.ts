import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { decodeModel } from '../../shared/onnx/decode';
import { writeFile } from '../../shared/onnx/edit';
import { freeBatch } from '../../shared/onnx/repairs/batch';
import { rewriteLocales } from '../../shared/onnx/repairs/locale';
import { cutZipMaps, openSequences } from '../../shared/onnx/repairs/non-tensors';
import { allTensors } from '../../shared/onnx/walk';
import {
  bytesField,
  floatField,
  InvalidOnnx,
  integerField,
  integersOf,
  readMessage,
  writeMessage,
} from '../../shared/onnx/wire';
import { projectPath } from '../../training/project-path';
import { zipMapModel } from './models';

const number = fc.integer({ min: 1, max: 2 ** 29 - 1 });

const field = fc.oneof(
  fc
    .tuple(number, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }))
    .map(([key, value]) => integerField(key, value)),
  fc.tuple(number, fc.uint8Array()).map(([key, value]) => bytesField(key, value)),
  fc.tuple(number, fc.float()).map(([key, value]) => floatField(key, value)),
);

describe('readMessage()', () => {
  test('what is read is written again byte for byte, known or not', () => {
    fc.assert(
      fc.property(fc.array(field), (fields) => {
        const bytes = writeMessage(fields);

        expect(writeMessage(readMessage(bytes, 'it'))).toEqual(bytes);
      }),
    );
  });

  test('numbers that take more bytes than they need stay as they are', () => {
    // Field 1 = 1 and field 2 = "a", their tag, number and length padded with zeros.
    const bytes = Uint8Array.of(0x88, 0x00, 0x81, 0x80, 0x00, 0x12, 0x81, 0x00, 0x61);

    const message = readMessage(bytes, 'it');

    expect(message.map((each) => each.number)).toEqual([1, 2]);
    expect(Uint8Array.from(writeMessage(message))).toEqual(bytes);
  });

  test.each([0n, 1n, -1n, 300n, 2n ** 62n, -(2n ** 63n)])('%d is read as it was written', (value) => {
    expect(integersOf(readMessage(writeMessage([integerField(1, value)]), 'it'), 1)).toEqual([value]);
  });

  test('packed numbers are read like single ones', () => {
    const packed = [bytesField(1, Uint8Array.of(1, 0xac, 0x02, 3))];

    expect(integersOf(packed, 1)).toEqual([1n, 300n, 3n]);
  });

  test.each([
    ['a tag that is cut short', [0x80], 'a number is cut short'],
    ['a length behind the end', [0x0a, 5, 1], 'field 1 ends 4 bytes behind the end'],
    ['a field without a number', [0x02, 0], 'there is no such field'],
    ['a group', [0x0b], 'a field of wire type 3 is not part of the format'],
    ['an endless number', new Array(11).fill(0x88), 'a number has more than ten bytes'],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => readMessage(Uint8Array.from(bytes), 'it')).toThrow(message);
  });
});

describe('decodeModel()', () => {
  const iris = readFileSync(projectPath('model-artifacts/iris/1.0.0/model.onnx'));

  /** Everything that reads a file without running it. */
  function readAll(bytes: Uint8Array): void {
    const file = freeBatch(rewriteLocales(openSequences(cutZipMaps(decodeModel(bytes)).file).file).file).file;
    for (const tensor of allTensors(file)) void [tensor.texts(), tensor.integers()];
    writeFile(file);
  }

  function outcomeOf(bytes: Uint8Array): unknown {
    try {
      readAll(bytes);
      return undefined;
    } catch (error) {
      return error;
    }
  }

  test('a file that nothing is done to is written again byte for byte', () => {
    expect(Buffer.from(writeFile(decodeModel(iris))).equals(iris)).toBe(true);
  });

  test('a file that is cut short anywhere is refused, or what is left of it is a file', () => {
    for (let length = 0; length < iris.length; length++) {
      const outcome = outcomeOf(iris.subarray(0, length));

      if (outcome !== undefined) expect(outcome).toBeInstanceOf(InvalidOnnx);
    }
  });

  test('bytes that mean something else are refused, or read', () => {
    const bytes = Uint8Array.from(zipMapModel());
    const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), (changes) => {
        const changed = bytes.slice();
        for (const [at, byte] of changes) changed[at] = byte;
        const outcome = outcomeOf(changed);

        return outcome === undefined || outcome instanceof InvalidOnnx;
      }),
      { numRuns: 3000 },
    );
  });

  test('any bytes are refused, or read', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const outcome = outcomeOf(bytes);

        return outcome === undefined || outcome instanceof InvalidOnnx;
      }),
    );
  });

  test('graphs within graphs without an end are refused', () => {
    let graph = writeMessage([]);
    for (let depth = 0; depth < 1000; depth++) {
      const attribute = [bytesField(1, 'body'), bytesField(6, graph)];
      graph = writeMessage([bytesField(1, [bytesField(5, attribute)])]);
    }

    expect(() => decodeModel(writeMessage([bytesField(7, graph)]))).toThrow('graphs lie within one another');
  });

  test('what is no ONNX file is told so', () => {
    expect(() => decodeModel(Buffer.from('PK\u0003\u0004 a zip file'))).toThrow(InvalidOnnx);
    expect(() => decodeModel(new Uint8Array())).toThrow('the file has no graph, as every ONNX model has');
  });
});
