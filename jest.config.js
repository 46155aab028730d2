/** Every test runs on a real PostgreSQL that test/support/global-setup.ts starts and global-teardown.ts removes. */
export default {
  rootDir: '.',
  roots: ['<rootDir>/src', '<rootDir>/test', '<rootDir>/web', '<rootDir>/bench'],
  testMatch: ['**/*.spec.ts', '**/*.int-spec.ts', '**/*.race-spec.ts', '**/*.e2e-spec.ts', '**/*.proof-spec.ts'],
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': '@swc/jest' },
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  maxWorkers: 2,
  workerIdleMemoryLimit: '700MB',
  // ends what hangs; a machine that does much else beside it may take its time
  testTimeout: 300_000,
};
