/** Studies through the command line: one of a user's own, killed half way, gives the page it would have given. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { selfsame, temporaryFolder } from './support/cli.js'
import { drawPictures } from './support/pictures.js'

const folder = temporaryFolder()
const pictures = join(folder, 'pictures')
const file = join(folder, 'mine.ts')
const example = new URL('../examples/', import.meta.url).pathname

beforeAll(async () => {
  await drawPictures(pictures, 60, true)
  mkdirSync(join(folder, 'flat'))
  await drawPictures(join(folder, 'flat'), 40)
  writeFileSync(
    file,
    `import mine from '${example}my-study.ts'
const change = { size: 16, batch: 8, projector: { hidden: 32, outputs: 16 }, predictor: { hidden: 32 } }
const { predictor: _, ...headless } = change
export default {
  ...mine,
  base: { ...mine.base, data: ${JSON.stringify(pictures)}, change: headless },
  rows: mine.rows,
  spending: { quick: { pictures: 40, epochs: 1, seeds: 2 } },
}
`,
  )
}, 60_000)

const networks = (out: string) => {
  const path = join(out, 'lab/networks.jsonl')
  return existsSync(path) ? readFileSync(path, 'utf8').split('"result"').length - 1 : 0
}
const page = (out: string) =>
  readFileSync(join(out, 'lab.md'), 'utf8').replaceAll(/\d+ minutes of one core|--out \S+/g, '')

test('a study of one’s own with a method of one’s own, killed half way', async () => {
  const [whole, cut] = [join(folder, 'whole'), join(folder, 'cut')]
  const words = ['study', file, '--jobs', '1', '--json', '--out']
  const { code, stdout, stderr } = await selfsame([...words, whole])
  expect(stderr).toContain('mine: BYOL, seed 0: linear')
  expect(code).toBe(0)
  const [study] = JSON.parse(stdout).studies
  expect(study.rows.map(({ results }: { results: unknown[] }) => results.length)).toEqual([2, 2])
  const precisions = study.rows.flatMap(({ results }: { results: { precision: string }[] }) =>
    results.map(({ precision }) => precision),
  )
  // convolutions, whatever the processor has
  expect(new Set(precisions)).toEqual(new Set(['float32']))
  expect(study.claims[0].answer).toMatch(/^(held|not_held|open)$/)
  expect(readFileSync(join(whole, 'lab/mine.svg'), 'utf8')).toContain('>mine</text>')

  let killed = false
  const first = await selfsame([...words, cut], (child) => {
    if (killed || networks(cut) < 2) return
    killed = true
    child.kill('SIGKILL')
  })
  expect(first.signal).toBe('SIGKILL')
  expect(networks(cut)).toBeLessThan(4)
  expect((await selfsame([...words, cut])).code).toBe(0)
  expect(networks(cut)).toBe(4)
  expect(page(cut)).toBe(page(whole))
}, 240_000)

test('Ctrl-C ends the network that is being trained at once, and keeps those before', async () => {
  const endless = join(folder, 'endless.ts')
  writeFileSync(
    endless,
    `import mine from '${file}'
const [row] = mine.rows
const rows = [row, { ...row, name: 'endless', change: { ...row.change, epochs: 1_000_000 } }]
export default { ...mine, name: 'endless', rows, claims: [], spending: { quick: { pictures: 40, epochs: 1, seeds: 1 } } }
`,
  )
  const out = join(folder, 'stopped')
  const { code, signal, stderr } = await selfsame(
    ['study', endless, '--jobs', '1', '--out', out],
    (child, said) => {
      if (/: linear/.test(said) && !said.includes('Stopping')) child.kill('SIGINT')
    },
  )
  expect([code, signal]).toEqual([130, null])
  expect(stderr).toContain(
    `Stopped: 1 of 2 networks are trained and kept in ${out}; the same command goes on from there.`,
  )
  expect(networks(out)).toBe(1)
  expect(readFileSync(join(out, 'lab.md'), 'utf8')).toContain('Networks that are not trained yet: 1.')
}, 120_000)

test('what cannot be had is said in one sentence', async () => {
  const cases: [string[], RegExp][] = [
    [['study', 'taw'], /there is no study 'taw': did you mean 'tau'/],
    [['study', join(folder, 'none.ts')], /does not exist/],
    [['study', 'tau', '--data', join(folder, 'flat')], /has no classes/],
    [['study', 'tau', '--data', join(folder, 'nothing')], /nothing/],
  ]
  for (const [words, message] of cases) {
    const { code, stderr } = await selfsame([...words, '--out', join(folder, 'bad')])
    expect(stderr).toMatch(message)
    expect(stderr).not.toMatch(/\n {4}at /)
    expect(code).toBe(2)
  }
}, 60_000)

test('the list of studies', async () => {
  const { stdout } = await selfsame(['study', '--json'])
  expect(JSON.parse(stdout).studies.map(({ name }: { name: string }) => name)).toContain('batch-statistics')
})
