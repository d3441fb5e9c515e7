import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'

const PRINTS = `import { threads } from ${JSON.stringify(new URL('../../dist/torch/index.js', import.meta.url).href)}; threads()`

/** What OpenMP itself says that it has read, by a process that loads it. */
function readByOpenMP(environment: Record<string, string>): string {
  const env = { ...process.env, OMP_DISPLAY_ENV: 'verbose', ...environment }
  return spawnSync(process.execPath, ['--input-type=module', '-e', PRINTS], { env, encoding: 'utf8' }).stderr
}

test.runIf(process.platform === 'linux')(
  'threads that wait sleep soon, unless the user says otherwise',
  () => {
    expect(readByOpenMP({})).toMatch(/GOMP_SPINCOUNT = '1000'/)
    expect(readByOpenMP({ GOMP_SPINCOUNT: '20000' })).toMatch(/GOMP_SPINCOUNT = '20000'/)
    expect(readByOpenMP({ OMP_WAIT_POLICY: 'active' })).not.toMatch(/GOMP_SPINCOUNT = '1000'/)
  },
)
