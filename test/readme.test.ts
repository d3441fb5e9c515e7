import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'

test('the table of speeds in the README is the one that the results make', () => {
  const check = () => execFileSync(process.execPath, ['bench/readme.mjs', '--check'], { stdio: 'pipe' })
  expect(check).not.toThrow()
})
