import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const long = ['**/*.long.test.ts']
const tests = ['src/**/*.test.ts', 'test/**/*.test.ts', 'scripts/**/*.test.mjs']

// `vitest run --mode long` runs the tests that train for minutes, and only those
export default defineConfig(({ mode }) => ({
  test: {
    include: mode === 'long' ? long : tests,
    exclude: ['**/node_modules/**', '**/dist/**', ...(mode === 'long' ? [] : long)],
    // libtorch uses all cores itself, and an addon is safest in a process of its own
    pool: 'forks',
    maxWorkers: 1,
    execArgv: ['--expose-gc'],
    allowOnly: false,
    // a test that names a set must not fetch it, and none leaves anything in the user's home
    env: {
      SELFSAME_OFFLINE: '1',
      XDG_STATE_HOME: fileURLToPath(new URL('.cache/test-state', import.meta.url)),
    },
    testTimeout: mode === 'long' ? 60 * 60_000 : 60_000,
    hookTimeout: 60_000,
    reporters: ['default', './scripts/tally-reporter.mjs'],
  },
}))
