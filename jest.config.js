const { availableParallelism } = require('node:os');

/** @type {import('jest').Config} */
module.exports = {
  globalSetup: '<rootDir>/test/support/current-build.ts',
  testEnvironment: '<rootDir>/test/support/jest-environment.ts',
  runtime: '<rootDir>/test/support/jest-runtime.js',
  testSequencer: '<rootDir>/test/support/jest-sequencer.js',
  // Tests wait more than they work.
  maxWorkers: Math.min(4 * availableParallelism(), 8),
  // Whole workflows over HTTP, on machines that may be busy with other things: the limit ends what hangs, and nothing else.
  testTimeout: 120_000,
  roots: ['<rootDir>/test/unit', '<rootDir>/test/workflow'],
  testMatch: ['**/*.test.ts'],
  transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: 'test/tsconfig.json' }] },
  // A test file's globals are slow to look up. These are looked up for each character of a response.
  sandboxInjectedGlobals: ['Array', 'Math', 'Number', 'Object', 'String'],
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/demo/node_modules'],
};
