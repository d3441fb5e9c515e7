import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const long = '**/*.long.test.ts'

/** @param isolate whether each file has a process of its own; else files share one, with libtorch loaded once */
function project(name: string, include: string[], isolate: boolean) {
  return {
    extends: true,
    test: {
      name,
      include,
      exclude: ['**/node_modules/**', '**/dist/**', long],
      isolate,
      ...(!isolate && { setupFiles: ['scripts/lib/collect-garbage.mjs'] }),
    },
  }
}

// `vitest run --mode long` runs the tests that train for minutes, and only those
export default defineConfig(({ mode }) => ({
  test: {
    // an addon is safest in a process; two of them with a thread each use two cores better than one with two threads
    pool: 'forks',
    maxWorkers: mode === 'long' ? 1 : 2,
    execArgv: ['--expose-gc'],
    allowOnly: false,
    // a test that names a set must not fetch it, and none leaves anything in the user's home
    env: {
      SELFSAME_OFFLINE: '1',
      XDG_STATE_HOME: fileURLToPath(new URL('.cache/test-state', import.meta.url)),
      ...(mode !== 'long' && { SELFSAME_THREADS: '1' }),
    },
    testTimeout: mode === 'long' ? 60 * 60_000 : 60_000,
    hookTimeout: 60_000,
    reporters: ['default', './scripts/tally-reporter.mjs'],
    ...(mode === 'long'
      ? { include: [long], exclude: ['**/node_modules/**', '**/dist/**'] }
      : {
          projects: [
            project('units', ['src/**/*.test.ts'], false),
            project('commands', ['test/**/*.test.ts', 'scripts/**/*.test.mjs'], true),
          ],
        }),
  },
}))
