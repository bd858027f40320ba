/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  // Tests use a real database and real sockets; on a busy machine five seconds say nothing about the code.
  testTimeout: 30_000,
  globalSetup: '<rootDir>/tests/support/jest-global-setup.mjs',
  globalTeardown: '<rootDir>/tests/support/jest-global-teardown.mjs',
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'es6' } }],
  },
  testMatch: ['**/*.test.ts'],
  // Modules of a test file stay in memory after it: a worker that has grown is replaced by a new one.
  maxWorkers: 2,
  workerIdleMemoryLimit: '1.5GB',
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.spine/'],
};
