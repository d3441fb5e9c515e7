import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { drawPictures } from '../../test/support/pictures.js'
import { SelfsameError } from '../errors.js'
import { hasFashion } from '../judge/testing/banks.js'
import { memory } from '../torch/index.js'
import { loadConfig } from '../trainer/config.js'
import { type LabOptions, runStudies } from './lab.js'
import { writePaper } from './paper.js'
import { GREY } from './studies/bases.js'
import { STUDIES } from './studies/index.js'
import { above, collapsed, type Study } from './study.js'

const folder = mkdtempSync(join(tmpdir(), 'selfsame-lab-'))
let before: number
beforeAll(() => {
  before = memory().tensors
})
afterAll(() => {
  rmSync(folder, { recursive: true })
  expect(memory().tensors).toBe(before)
})

/** Three networks of 2 steps each. */
const study: Study = {
  name: 'tiny',
  title: 'does it run?',
  question: 'It should.',
  base: { ...GREY, change: { batch: 64, projector: { hidden: 32, outputs: 16 }, predictor: { hidden: 32 } } },
  rows: [
    { name: 'untrained', untrained: true, published: [1] },
    { name: 'trained', published: ['some'] },
    { name: 'frozen', change: { target: { tau: 1, schedule: 'constant' } }, readouts: 1 },
  ],
  published: [{ title: 'elsewhere', source: 'a paper' }],
  claims: [
    { says: 'Trained is above untrained', ...above('trained', 'untrained') },
    { says: 'x', ...collapsed('frozen') },
  ],
  spending: { quick: { pictures: 128, epochs: 1, seeds: 2 } },
}

const options = (out: string, more: Partial<LabOptions> = {}): LabOptions => ({
  out: join(folder, out),
  budget: 'quick',
  precision: () => 'float32',
  words: '--budget quick',
  ...more,
})

const page = (out: string) =>
  readFileSync(join(folder, out, 'lab.md'), 'utf8').replaceAll(/\d+ minutes of one core/g, '')
const lines = (out: string) =>
  readFileSync(join(folder, out, 'lab/networks.jsonl'), 'utf8')
    .trim()
    .split('\n')

test.runIf(hasFashion)(
  'a study stopped half way and cut in mid-line goes on, and gives the same page',
  async () => {
    const noted: string[] = []
    const [outcome] = await runStudies([study], options('whole', { note: (text) => noted.push(text) }))
    expect(noted).toHaveLength(6)
    // and what the set is like
    expect(lines('whole')).toHaveLength(7)
    expect(outcome?.json.rows.map(({ results }) => results.length)).toEqual([2, 2, 2])
    expect(page('whole')).toContain('| trained |')

    let networks = 0
    const stop = new AbortController()
    const half = options('halves', {
      signal: stop.signal,
      note: () => networks++,
      // in the midst of the third
      progress: (done, _, share) => done === 2 && share > 0.4 && stop.abort(),
    })
    const [unfinished] = await runStudies([study], half)
    expect(unfinished?.json.conclusion).toContain('cannot be told')
    expect(lines('halves')).toHaveLength(3)
    // as a kill would leave it
    appendFileSync(join(folder, 'halves/lab/networks.jsonl'), '{"id":"abc","res')
    networks = 0
    const [finished] = await runStudies([study], options('halves', { note: () => networks++ }))
    expect(networks).toBe(4)
    expect(page('halves')).toBe(page('whole'))
    expect(finished?.text).toBe(outcome?.text)

    // nothing is left to do
    networks = 0
    await runStudies([study], options('halves', { note: () => networks++ }))
    expect(networks).toBe(0)
  },
  300_000,
)

test.runIf(hasFashion)('pictures without classes are refused in a sentence', async () => {
  const none = { ...study, base: { ...study.base, data: folder } }
  await expect(runStudies([none], options('none'))).rejects.toThrow(SelfsameError)
})

test.runIf(hasFashion)(
  'studies that do not fit the pictures are in nobody’s way',
  async () => {
    // batch-size has a row of 256 pictures at a time
    const data = join(folder, 'few')
    await drawPictures(data, 200, true)
    const [outcome] = await runStudies([study], options('few-out', { data }))
    expect(outcome?.json.rows.map(({ results }) => results.length)).toEqual([2, 2, 2])
    await expect(runStudies([STUDIES['batch-size'] as Study], options('few-out', { data }))).rejects.toThrow(
      /^the row 'BYOL, 256 at a time' of batch-size cannot be had on these pictures/,
    )
  },
  120_000,
)

test('the paper’s own runs are a config a row and a script', async () => {
  const out = join(folder, 'paper')
  const files = writePaper(STUDIES.tau as Study, out)
  expect(files).toHaveLength(8)
  expect(readFileSync(files[1] as string, 'utf8')).toContain('"tau": 0.999')
  const script = readFileSync(files.at(-1) as string, 'utf8')
  expect(script.match(/selfsame evaluate/g)).toHaveLength(7)
  // a method made of parts is taken from its study
  const steps = writePaper(STUDIES['five-steps'] as Study, join(folder, 'steps'))
  const scaled = steps.find((file) => file.includes('simclr-4-scaled')) as string
  const { config } = await loadConfig(scaled)
  expect(config.method).toMatchObject({
    name: 'simclr, 4: scaled dot product',
    similarity: { name: 'scaled dot product' },
  })
})
