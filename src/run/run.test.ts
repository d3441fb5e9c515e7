import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { SelfsameError, UsageError } from '../errors.js'
import {
  appendLine,
  createRun,
  isRun,
  openRun,
  type RunRecord,
  readJson,
  readLines,
  rewindMetrics,
  runPaths,
  writeAtomically,
} from './index.js'

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
  expect(() => appendLine(join(folder, 'missing/lines.jsonl'), {})).toThrow(
    /missing\/lines\.jsonl could not be written: its folder is not there and cannot be made; /,
  )
})

const RECORD: RunRecord = {
  format: 4,
  created: '2026-01-01',
  command: ['train', 'x'],
  data: 'x',
  pictures: 3,
  settings: { seed: 1 },
  source: 'somewhere',
  machine: {},
}

test('a run is created once and opened again', () => {
  const run = join(folder, 'run')
  expect(isRun(run)).toBe(false)
  createRun(run, RECORD)
  expect(isRun(run)).toBe(true)
  expect(openRun(run)).toEqual(RECORD)
  expect(() => createRun(run, { ...RECORD, pictures: 4 })).toThrow(UsageError)
  expect(() => createRun(run, RECORD)).toThrow(/already holds a run: go on with it by --resume/)
  expect(openRun(run).pictures).toBe(3)
})

test('no run, a damaged one and one of another version are told apart', () => {
  expect(() => openRun(folder)).toThrow(UsageError)
  expect(() => openRun(folder)).toThrow(/there is no run in .*run\.json is missing/)
  const write = (text: string) => writeFileSync(runPaths(folder).record, text)
  const cases: [string, RegExp][] = [
    ['{"format": 1, "sett', /run\.json cannot be read \(.*\): it is damaged/],
    ['', /cannot be read/],
    ['null', /has format undefined, this version reads 4/],
    ['[]', /has format undefined/],
    [
      JSON.stringify({ ...RECORD, format: 5 }),
      /has format 5, this version reads 4: use the version that wrote it/,
    ],
    [JSON.stringify({ ...RECORD, settings: undefined }), /has format 4/],
  ]
  for (const [text, message] of cases) {
    write(text)
    expect(() => openRun(folder), text).toThrow(SelfsameError)
    expect(() => openRun(folder), text).toThrow(message)
  }
  expect(() => readJson(join(folder, 'nothing.json'))).toThrow(/nothing\.json cannot be read/)
})

test('lines: a cut one is left out, wherever it is', () => {
  const path = join(folder, 'lines.jsonl')
  expect(readLines(path)).toEqual([])
  appendLine(path, { a: 1 })
  appendLine(path, { a: 2 })
  writeFileSync(path, '{"a": 3', { flag: 'a' })
  expect(readLines(path)).toEqual([{ a: 1 }, { a: 2 }])
  // a resumed run goes on writing behind the cut
  appendLine(path, { a: 4 })
  appendLine(path, { a: 5 })
  expect(readLines(path)).toEqual([{ a: 1 }, { a: 2 }, { a: 4 }, { a: 5 }])
})

test('metrics are rewound to a step, and to nothing', () => {
  const { metrics } = runPaths(folder)
  rewindMetrics(folder, 5)
  expect(existsSync(metrics)).toBe(false)
  for (const step of [1, 2, 2, 3]) appendLine(metrics, { type: 'step', step })
  writeFileSync(metrics, '{"type": "st', { flag: 'a' })
  rewindMetrics(folder, 2)
  appendLine(metrics, { type: 'step', step: 3 })
  expect(readLines<{ step: number }>(metrics).map(({ step }) => step)).toEqual([1, 2, 2, 3])
  rewindMetrics(folder, 0)
  expect(readFileSync(metrics, 'utf8')).toBe('')
})
