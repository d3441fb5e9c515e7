/** Config files that end the process, or hold what no JSON has: a sentence and a failure, never the silence of a success. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { selfsame, temporaryFolder } from './support/cli.js'
import { drawPictures } from './support/pictures.js'

const folder = temporaryFolder()
const pictures = join(folder, 'pictures')
const NUMBERS = 'size: 16, batch: 8, epochs: 1'
const NEVER = /never finished: it waits for what does not come, or ends the process/

beforeAll(() => drawPictures(pictures, 16))

test.each<[string, string, number, RegExp]>([
  ['waits for ever', 'await new Promise(() => {})\nexport default {}', 1, NEVER],
  ['ends the process', 'process.exit(0)\nexport default {}', 1, NEVER],
  [
    'ends the process later, in an encoder',
    `function own() { process.exit(0) }\nexport default { encoder: own, ${NUMBERS} }`,
    1,
    /^selfsame: the work never finished: /,
  ],
  ['has a bigint', 'export default { epochs: 1n }', 2, /'epochs' is not right: expected a number, got 1n$/],
  [
    'has no number',
    'export default { epochs: NaN }',
    2,
    /'epochs' is not right: expected a number, got NaN$/,
  ],
  [
    'throws a null',
    'export default { target: { get tau() { throw null } } }',
    1,
    /throws-a-null.ts throws null$/,
  ],
])('a config that %s', async (name, text, code, message) => {
  const config = join(folder, `${name.replaceAll(/\W+/g, '-')}.ts`)
  writeFileSync(config, text)
  const words = ['train', pictures, '--config', config, '--run', join(folder, name)]
  const told = await selfsame([...words, '--plan'])
  expect(told.stderr.trim()).toMatch(message)
  expect(told.stderr.trim()).not.toMatch(/\n/)
  expect(told).toMatchObject({ code, stdout: '' })
})

test('a study that waits for ever', async () => {
  const study = join(folder, 'study.ts')
  writeFileSync(study, 'await new Promise(() => {})\nexport default {}')
  const told = await selfsame(['study', study])
  expect(told.stderr).toMatch(NEVER)
  expect(told).toMatchObject({ code: 1, stdout: '' })
})
