/** In a real browser, on the application as it is built and started: `npm run test:browser`, no part of `npm test`. */
export default {
  rootDir: '.',
  roots: ['<rootDir>/test/browser'],
  testMatch: ['**/*.browser-spec.ts'],
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': '@swc/jest' },
  maxWorkers: 1,
  testTimeout: 60_000,
};
