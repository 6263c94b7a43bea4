const { TestEnvironment } = require('jest-environment-node');

/**
 * Jest runs tests in a fresh V8 context with its own typed arrays. The native ONNX Runtime binding compares
 * against the process's own constructors, so a tensor made in the test's context would be refused.
 * This environment hands the process's constructors in.
 */
module.exports = class NodeEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    for (const name of [
      'ArrayBuffer',
      'Float32Array',
      'Float64Array',
      'Int8Array',
      'Int16Array',
      'Int32Array',
      'BigInt64Array',
      'BigUint64Array',
      'Uint8Array',
      'Uint16Array',
      'Uint32Array',
    ]) {
      this.global[name] = globalThis[name];
    }
  }
};
