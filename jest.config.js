/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  // They need Debian packages: `npm run test:outside`.
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/outside/'],
  globalSetup: '<rootDir>/test/support/write-api-document.js',
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '<rootDir>/test/support/transform.js',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        },
        module: { type: 'es6' },
      },
    ],
  },
  // Generous: real processes start slowly on a busy machine, and a hung one is the only thing to find.
  testTimeout: 900_000,
  // Two cores' worth: a third of the time a worker waits for what it has started. 4 GiB are enough for these.
  maxWorkers: 4,
  testSequencer: '<rootDir>/test/support/longest-first.js',
  // A worker keeps what its files have loaded; one that has grown is replaced before the next file.
  workerIdleMemoryLimit: '512MB',
};
