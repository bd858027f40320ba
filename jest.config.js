/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  // Tests use a real database and real sockets; a time limit is there for what hangs, not for a busy machine.
  testTimeout: 120_000,
  globalSetup: '<rootDir>/tests/support/jest/global-setup.mjs',
  globalTeardown: '<rootDir>/tests/support/jest/global-teardown.mjs',
  testRunner: '<rootDir>/tests/support/jest/test-framework.mjs',
  transform: {},
  testMatch: ['**/*.test.ts'],
  // What a test file leaves behind stays in memory: a worker that has grown is replaced by a new one.
  maxWorkers: 2,
  workerIdleMemoryLimit: '1.5GB',
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.spine/'],
};
