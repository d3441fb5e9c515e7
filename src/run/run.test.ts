import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { SelfsameError, UsageError } from '../errors.js'
import {
  appendLine,
  createRun,
  freeReserve,
  isRun,
  keepReserve,
  metricsLine,
  openRun,
  quarantineLine,
  readLines,
  readTraining,
  removeLeftovers,
  rewindMetrics,
  runPaths,
  type TrainingSummary,
  trainingSummary,
  writeAtomically,
  writeSealed,
  writeTraining,
} from './index.js'
import { RECORD } from './testing.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'selfsame-run-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('a file is replaced whole, in folders made for it, with no trace of the way', () => {
  const path = join(folder, 'a/b/file')
  writeAtomically(path, 'first')
  writeAtomically(path, Uint8Array.of(104, 105))
  expect(readFileSync(path, 'utf8')).toBe('hi')
  expect(readdirSync(join(folder, 'a/b'))).toEqual(['file'])
  writeAtomically(path, '')
  expect(readFileSync(path, 'utf8')).toBe('')
})

test('when writing fails the old file stays, nothing else does, and one sentence says why', () => {
  const path = join(folder, 'file')
  writeAtomically(path, 'old')
  // a folder where the temporary file would be
  mkdirSync(`${path}.${process.pid}.tmp`)
  expect(() => writeAtomically(path, 'new')).toThrow(SelfsameError)
  expect(readFileSync(path, 'utf8')).toBe('old')
  rmSync(`${path}.${process.pid}.tmp`, { recursive: true })

  mkdirSync(join(folder, 'taken'))
  expect(() => writeAtomically(join(folder, 'taken'), 'new')).toThrow(
    /taken could not be written: a folder is in the way/,
  )
  expect(readdirSync(folder).sort()).toEqual(['file', 'taken'])

  for (const below of ['file/run.json', 'file/deeper/run.json']) {
    expect(() => writeAtomically(join(folder, below), 'new')).toThrow(SelfsameError)
    expect(() => writeAtomically(join(folder, below), 'new')).toThrow(/could not be written: a .*file/)
  }
})

test('a line is added to a file in a folder that is there, or one sentence says why not', () => {
  expect(() => appendLine(join(folder, 'missing/lines.jsonl'), z.unknown(), {})).toThrow(
    /missing\/lines\.jsonl could not be written: its folder is not there and cannot be made; /,
  )
})

test('a run is created once and opened again', () => {
  const run = join(folder, 'run')
  expect(isRun(run)).toBe(false)
  createRun(run, RECORD)
  expect(isRun(run)).toBe(true)
  expect(openRun(run)).toEqual(RECORD)
  expect(() => createRun(run, { ...RECORD, pictures: 4 })).toThrow(UsageError)
  expect(() => createRun(run, RECORD)).toThrow(
    /already holds a run: go on with it by `train\(data, \{ out: ".*" \}\)`/,
  )
  expect(openRun(run).pictures).toBe(3)
})

test('there is no run before the config that it needs is there', () => {
  const run = join(folder, 'run')
  const config = Buffer.from('export default {}')
  mkdirSync(runPaths(run).config, { recursive: true })
  expect(() => createRun(run, RECORD, { config })).toThrow(
    /config\.ts could not be written: a folder is in the way/,
  )
  expect(isRun(run)).toBe(false)
  rmSync(runPaths(run).config, { recursive: true })
  createRun(run, RECORD, { config })
  expect(readFileSync(runPaths(run).config, 'utf8')).toBe('export default {}')
  // that of a run which is there is not touched
  expect(() => createRun(run, RECORD, { config: Buffer.from('another') })).toThrow(UsageError)
  expect(readFileSync(runPaths(run).config, 'utf8')).toBe('export default {}')
})

test('no run, a damaged one and one of another version are told apart', () => {
  expect(() => openRun(folder)).toThrow(UsageError)
  expect(() => openRun(folder)).toThrow(/there is no run in .*run\.json is missing/)
  const cases: [string, RegExp][] = [
    [
      '{"format": 1, "sett',
      /run\.json cannot be read \(.*\): it is damaged or missing, so put it back as it was, or begin another run/,
    ],
    ['', /cannot be read/],
    ['null', /has format undefined, this version reads 5/],
    ['[]', /has format undefined/],
    [JSON.stringify({ ...RECORD, format: 4 }), /has format 4, this version reads 5: use the version/],
    [JSON.stringify(RECORD), /is not as it was written \(its digest is missing/],
  ]
  for (const [text, message] of cases) {
    writeFileSync(runPaths(folder).record, text)
    expect(() => openRun(folder), text).toThrow(SelfsameError)
    expect(() => openRun(folder), text).toThrow(message)
  }
  for (const wrong of [{ settings: null }, { settings: undefined }, { pictures: -1 }, { command: 'train' }]) {
    writeSealed(runPaths(folder).record, z.unknown(), { ...RECORD, ...wrong })
    const key = Object.keys(wrong)[0]
    expect(() => openRun(folder), key).toThrow(SelfsameError)
    expect(() => openRun(folder), key).toThrow(new RegExp(`run\\.json is not right \\(${key}: .*put it back`))
  }
})

test('a bit of every byte of run.json: flipped, it is refused in a sentence, or it means the same', () => {
  const run = join(folder, 'run')
  createRun(run, { ...RECORD, settings: { seed: 1, brightness: 0.4 } })
  const path = runPaths(run).record
  const written = readFileSync(path)
  const sound = openRun(run)
  let refused = 0
  for (let at = 0; at < written.length; at++) {
    const bytes = Buffer.from(written)
    bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << (at % 7)), at)
    writeFileSync(path, bytes)
    try {
      expect(openRun(run)).toEqual(sound)
    } catch (error) {
      expect(error).toBeInstanceOf(SelfsameError)
      refused++
    }
  }
  // the rest are blanks between words
  expect(refused).toBeGreaterThan(written.length * 0.8)
})

test('a change by hand is refused with the digest that accepts it', () => {
  const run = join(folder, 'run')
  createRun(run, { ...RECORD, settings: { brightness: 0.4 } })
  const path = runPaths(run).record
  writeFileSync(path, readFileSync(path, 'utf8').replace('0.4', '1.4'))
  let told = ''
  try {
    openRun(run)
  } catch (error) {
    told = (error as Error).message
  }
  const [digest = ''] = /"digest": "[0-9a-f]{32}"/.exec(told) ?? []
  expect(told).toMatch(
    /is not as it was written .* put it back as it was, or, if the change was meant, write/,
  )
  writeFileSync(path, readFileSync(path, 'utf8').replace(/"digest": "[0-9a-f]{32}"/, digest))
  expect(openRun(run).settings).toEqual({ brightness: 1.4 })
  // keys in another order and other blanks are no change
  const { digest: own, ...content } = JSON.parse(readFileSync(path, 'utf8'))
  writeFileSync(
    path,
    JSON.stringify({ digest: own, ...Object.fromEntries(Object.entries(content).reverse()) }),
  )
  expect(openRun(run).settings).toEqual({ brightness: 1.4 })
})

const SUMMARY: TrainingSummary = {
  status: 'finished',
  steps: 6,
  totalSteps: 6,
  seconds: 1.5,
  imagesPerSecond: 20,
  finalLoss: Number.NaN,
  collapse: null,
  setAside: 0,
}

test('training.json is read as it was written, or not at all', () => {
  expect(readTraining(folder)).toBeUndefined()
  const path = runPaths(folder).training
  writeTraining(folder, SUMMARY)
  expect(readTraining(folder)).toEqual(SUMMARY)
  writeFileSync(path, readFileSync(path, 'utf8').replace('1.5', '9.5'))
  expect(readTraining(folder)).toBeUndefined()
  writeSealed(path, z.unknown(), { ...trainingSummary.encode(SUMMARY), steps: -1 })
  expect(readTraining(folder)).toBeUndefined()
  writeFileSync(path, 'null')
  expect(readTraining(folder)).toBeUndefined()
})

const LINE = { index: 1, path: 'a.png', reason: 'empty' }

test('lines: a cut one is left out, wherever it is, and so is one that is not as it should be', () => {
  const path = join(folder, 'lines.jsonl')
  expect(readLines(path, quarantineLine)).toEqual([])
  appendLine(path, quarantineLine, LINE)
  appendLine(path, quarantineLine, { ...LINE, index: 2 })
  writeFileSync(path, '{"index": 3', { flag: 'a' })
  expect(readLines(path, quarantineLine)).toEqual([LINE, { ...LINE, index: 2 }])
  // a resumed run goes on writing behind the cut
  appendLine(path, quarantineLine, { ...LINE, index: 4 })
  for (const wrong of [
    null,
    7,
    'x',
    [],
    {},
    { ...LINE, index: -1 },
    { ...LINE, index: '1' },
    { ...LINE, path: null },
  ])
    appendLine(path, z.unknown(), wrong)
  appendLine(path, quarantineLine, { ...LINE, index: 5 })
  expect(readLines(path, quarantineLine).map(({ index }) => index)).toEqual([1, 2, 4, 5])
})

test('lines of metrics: those of the four kinds, with all their figures', () => {
  const { metrics } = runPaths(folder)
  const step = {
    type: 'step',
    step: 1,
    epoch: 0.5,
    loss: null,
    learning_rate: 0.1,
    images_per_second: 9,
    data_wait: 0,
  }
  const probe = { type: 'probe', step: 1, epoch: 0.5, knn: 0.5, linear: null }
  const views = { type: 'views', step: 1, epoch: 0.5, halves: 0.5, elsewhere: null }
  const measure = {
    type: 'measure',
    step: 1,
    std_ratio: 1,
    others: 0,
    effective_rank: 3,
    full_rank: 4,
    state: 'healthy',
    sentence: '',
  }
  const right = [
    step,
    { ...step, tau: 0.99 },
    probe,
    views,
    { ...views, found: '00ff1a' },
    measure,
    { ...measure, positive: 0.5 },
  ]
  const wrong = [
    null,
    { ...step, step: -1 },
    { ...step, loss: '1' },
    { type: 'step', step: 1 },
    { ...measure, state: 'ill' },
    { ...probe, type: 'sonde' },
    { ...views, found: '0fz1' },
  ]
  for (const line of [...right, ...wrong]) appendLine(metrics, z.unknown(), line)
  const read = readLines(metrics, metricsLine)
  expect(read[0]).toEqual({
    ...{ type: 'step', step: 1, epoch: 0.5, loss: Number.NaN },
    ...{ learningRate: 0.1, imagesPerSecond: 9, dataWait: 0 },
  })
  // and they are written as they were
  expect(read.map((line) => metricsLine.encode(line))).toEqual(right)
})

test('metrics are rewound to a step, and to nothing', () => {
  const { metrics } = runPaths(folder)
  rewindMetrics(folder, 5)
  expect(existsSync(metrics)).toBe(false)
  appendLine(metrics, z.unknown(), null)
  for (const step of [1, 2, 2, 3]) appendLine(metrics, z.unknown(), { type: 'of another version', step })
  writeFileSync(metrics, '{"type": "st', { flag: 'a' })
  rewindMetrics(folder, 2)
  appendLine(metrics, z.unknown(), { type: 'of another version', step: 3 })
  const lines = readFileSync(metrics, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines.map(({ step }) => step)).toEqual([1, 2, 2, 3])
  rewindMetrics(folder, 0)
  expect(readFileSync(metrics, 'utf8')).toBe('')
})

test('room that is kept takes blocks of the disk, and is given back', () => {
  const path = join(folder, 'reserve')
  keepReserve(path, 40_000_000)
  expect(statSync(path).size).toBe(40_000_000)
  expect(statSync(path).blocks * 512).toBeGreaterThanOrEqual(40_000_000)
  keepReserve(path, 5)
  expect(statSync(path).size).toBe(5)
  freeReserve(path)
  freeReserve(path)
  expect(existsSync(path)).toBe(false)
  expect(() => keepReserve(join(folder, 'missing/reserve'), 5)).toThrow()
})

test('what killed processes left half written goes, and nothing else', () => {
  // in a container an earlier process had this one's number
  const own = `a.json.${process.pid}.tmp`
  const names = ['a.json.999999999.tmp', own, 'b.json.5.tmp', 'a.json', 'a.json.tmp']
  for (const name of names) writeFileSync(join(folder, name), '')
  mkdirSync(join(folder, 'a.json.7.tmp'))
  removeLeftovers(folder, /^a[.]json$/)
  expect(readdirSync(folder).sort()).toEqual([...names.slice(2), 'a.json.7.tmp'].sort())
  removeLeftovers(join(folder, 'missing'), /^a$/)
})

test('a file that is written takes with it what was left of it long ago, and nothing that may be in the making', () => {
  const others = ['a.json.8.tmp', 'b.json.9.tmp', 'a.json.tmp', 'a.json.9.tmp.txt']
  for (const name of ['a.json.9.tmp', ...others]) {
    writeFileSync(join(folder, name), 'half')
    if (name !== 'a.json.8.tmp') utimesSync(join(folder, name), 0, 0)
  }
  writeAtomically(join(folder, 'a.json'), '{}')
  expect(readdirSync(folder).sort()).toEqual(['a.json', ...others].sort())
})

test('what an earlier version of this format wrote is read, and written alike', () => {
  const old = fileURLToPath(new URL('fixtures/format-5', import.meta.url))
  const record = openRun(old)
  expect(record).toMatchObject({ pictures: 60, probeEvery: 1, settings: { target: { from: 'follower' } } })
  createRun(join(folder, 'run'), record)
  const text = (run: string) => JSON.parse(readFileSync(runPaths(run).record, 'utf8'))
  expect(text(join(folder, 'run'))).toEqual(text(old))
  const summary = readTraining(old) as TrainingSummary
  expect(summary).toMatchObject({ totalSteps: 28, setAside: 0, collapse: { state: 'healthy', fullRank: 8 } })
  writeTraining(folder, summary)
  expect(readFileSync(runPaths(folder).training, 'utf8')).toBe(readFileSync(runPaths(old).training, 'utf8'))
  const { metrics } = runPaths(old)
  const lines = readLines(metrics, metricsLine)
  expect(lines.map(({ type }) => type)).toEqual([
    'measure',
    'step',
    'step',
    'probe',
    'measure',
    'step',
    'probe',
  ])
  for (const line of lines) appendLine(runPaths(folder).metrics, metricsLine, line)
  expect(readFileSync(runPaths(folder).metrics, 'utf8')).toBe(readFileSync(metrics, 'utf8'))
})
