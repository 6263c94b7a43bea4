// Nothing here runs on Google Cloud: without this its clients look for a metadata server for seconds.
process.env.METADATA_SERVER_DETECTION = 'none';

/** @type {import('jest').Config} */
module.exports = {
  roots: ['<rootDir>/test'],
  testEnvironment: '<rootDir>/test/node-environment.js',
  transform: {
    '^.+\\.ts$': [
      'ts-jest',
      {
        tsconfig: { module: 'commonjs', verbatimModuleSyntax: false, ignoreDeprecations: '6.0' },
        diagnostics: false,
      },
    ],
  },
  globalSetup: '<rootDir>/test/build-once.js',
  // Written for ES modules only; the build has it as Node can load it here.
  moduleNameMapper: { '^jose$': '<rootDir>/dist/vendor/jose.js' },
  testTimeout: 30_000,
};
