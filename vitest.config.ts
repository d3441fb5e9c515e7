import { fileURLToPath } from 'node:url'
import { defineConfig, type TestProjectConfiguration } from 'vitest/config'

const long = '**/*.long.test.ts'
/** Of units that put something else in the place of a module. */
const isolated = 'src/**/*.isolated.test.ts'
const exclude = ['**/node_modules/**', '**/dist/**', '.cache/**']

/** Of what runs by itself: files of units share a process, in which libtorch is loaded once. */
const projects: TestProjectConfiguration[] = [
  {
    extends: true,
    test: {
      name: 'units',
      include: ['src/**/*.test.ts'],
      exclude: [...exclude, long, isolated],
      isolate: false,
      setupFiles: ['scripts/lib/collect-garbage.mjs'],
    },
  },
  {
    extends: true,
    test: {
      name: 'commands',
      include: [isolated, 'test/**/*.test.ts', 'scripts/**/*.test.mjs'],
      exclude: [...exclude, long],
    },
  },
]

// `vitest run --mode long` runs the tests that train for minutes, and only those
export default defineConfig(({ mode }) => ({
  test: {
    // an addon is safest in a process; two of them with a thread each use two cores better than one with two threads
    pool: 'forks' as const,
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
    ...(mode === 'long' ? { include: [long], exclude } : { projects }),
  },
}))
