/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';

const shared = {
  testEnvironment: 'node',
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
} satisfies Config;

function project(name: string): NonNullable<Config['projects']>[number] {
  return { ...shared, displayName: name, testMatch: [`<rootDir>/test/${name}/**/*.test.ts`] };
}

const config: Config = {
  projects: ['architecture', 'unit', 'contract', 'integration', 'e2e'].map(project),
  // A bound for what hangs, not a measure: a hook that starts processes takes long on a busy machine.
  testTimeout: 90_000,
  // Most of the time of the slow tests is waiting for other processes.
  maxWorkers: '100%',
  // What files leave behind in a worker adds up to gigabytes, and collecting garbage among them made the last files ten times slower.
  workerIdleMemoryLimit: '1GB',
};

export default config;
