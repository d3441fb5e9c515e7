// The arrows are only worth something if a wrong import is really reported.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inRoot } from './lib/paths.mjs'

const target = 'export const x = 1\nexport type X = number\n'
const files = {
  'src/errors.ts': target,
  'src/torch/a.ts': target,
  'src/learn/a.ts': target,
  'src/nn/along.ts': "import { x } from '../torch/a.js'\nimport '../errors.js'\nexport const y = x\n",
  'src/nn/value.ts': "import { x } from '../learn/a.js'\nexport const y = x\n",
  'src/nn/type.ts': "import type { X } from '../learn/a.js'\nexport type Y = X\n",
  'src/nn/re-export.ts': "export { x } from '../learn/a.js'\n",
  'src/nn/late.ts': "export const y = await import('../learn/a.js')\n",
  'src/nn/some.test.ts': "import '../learn/a.js'\n",
  'src/nn/using.ts':
    "export async function f() {\n  using y = (await import('../learn/a.js')).x\n  return y\n}\n",
  'src/learn/index.ts': "export { x } from './a.js'\n",
  'src/judge/a.ts': target,
  'src/cli/door.ts': "export { x } from '../learn/index.js'\n",
  'src/cli/inside.ts': "import { x } from '../learn/a.js'\nexport const y = x\n",
  'src/cli/inside-type.ts': "import type { X } from '../judge/a.js'\nexport type Y = X\n",
  'src/misc/a.ts': "export { x } from '../torch/a.js'\n",
}

let folder
let report
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'arrows-'))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  const args = ['src', '--config', inRoot('.dependency-cruiser.cjs'), '--output-type', 'err']
  const cruise = inRoot('node_modules/.bin/depcruise')
  report = spawnSync(cruise, args, { cwd: folder, encoding: 'utf8' })
})
afterAll(() => rmSync(folder, { recursive: true }))

test.each(['value', 'type', 're-export', 'late', 'using'])(
  'an import against an arrow is reported: %s',
  (kind) => {
    expect(report.stdout).toContain(`nn imports only torch: src/nn/${kind}.ts → src/learn/a.ts`)
  },
)

test.each([
  ['inside', 'learn'],
  ['inside-type', 'judge'],
])('an import of the command line beside the index is reported: %s', (kind, innards) => {
  expect(report.stdout).toContain(
    `cli imports of learn and judge only their index.ts: src/cli/${kind}.ts → src/${innards}/a.ts`,
  )
})

test('a folder without a row is reported', () => {
  expect(report.stdout).toMatch(/every folder of src\/ has a row.*src\/misc\/a\.ts/)
})

test('these are all, and they fail the check', () => {
  expect(report.stdout).toContain('(8 errors, 0 warnings)')
  expect(report.status).toBe(8)
})
