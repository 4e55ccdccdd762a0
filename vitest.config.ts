import { defineConfig } from 'vitest/config';

const conformance = 'test/**/*.conformance.test.ts';
/** Tests that speak to a real Redis, by their name wherever they stand, and whole runs in real time. */
const system = [
  'test/**/*.redis.test.ts',
  'test/system/**/*.test.ts',
  'test/package/**/*.test.ts',
  'test/examples/**/*.test.ts',
];
const named = (names: string): string[] => names.split(' ').map((name) => `test/system/${name}.test.ts`);
/** Those of them that judge no rate to the last call, and mostly wait: they may run beside each other. */
const together = [
  'test/**/*.redis.test.ts',
  ...named('api-killed api-ledger-away api-limits api-start'),
  ...named(
    'answers brake campaign campaign-whole command-line crash credentials doubtful-database duplicates',
  ),
  ...named('evicting-redis faults foreign-jobs halt hostile poison protected proxy settle-first'),
  ...named('take-over throttled'),
];
const real = {
  globalSetup: ['test/setup/redis.ts', 'test/setup/postgres.ts'],
  testTimeout: 240_000,
  hookTimeout: 60_000,
};

/** Nothing of ours has side effects at import, so that files may share a thread and what it has loaded. */
const quick = { pool: 'threads', isolate: false } as const;

export default defineConfig({
  test: {
    environment: 'node',
    // all that any test prints is searched for secrets
    setupFiles: ['test/setup/secrets.ts'],
    // a test that waits for an event that never comes should say so soon
    testTimeout: 10_000,
    maxWorkers: 4,
    coverage: { provider: 'v8', include: ['src/**/*.ts'] },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [conformance, ...system],
          ...quick,
        },
      },
      {
        extends: true,
        test: {
          name: 'conformance',
          include: [conformance],
          globalSetup: 'test/setup/postgres.ts',
          ...quick,
        },
      },
      {
        extends: true,
        test: {
          name: 'together',
          include: together,
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
          ...real,
        },
      },
      {
        extends: true,
        test: {
          name: 'system',
          include: system,
          exclude: together,
          // they measure rates in real time: nothing may run beside them
          fileParallelism: false,
          sequence: { groupOrder: 2 },
          ...real,
        },
      },
    ],
  },
});
