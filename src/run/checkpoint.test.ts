import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { SelfsameError } from '../errors.js'
import {
  appendLine,
  loadCheckpoint,
  makingRoom,
  type Place,
  planLine,
  readPlan,
  runPaths,
  saveCheckpoint,
} from './index.js'
import { flip, piecesOf } from './testing.js'
import { writeWeights } from './weights.js'

let run: string
let place: Place
beforeEach(() => {
  run = mkdtempSync(join(tmpdir(), 'selfsame-checkpoint-'))
  place = { folder: run, run: '2026-01-01T00:00:00.000Z' }
})
afterEach(() => rmSync(run, { recursive: true }))

const save = (...steps: number[]) => {
  for (const step of steps) saveCheckpoint(place, { step, seconds: step / 10 }, piecesOf([step, 1, 2, 3]))
}
const pathOf = (step: number) => join(run, 'checkpoints', `step-${step}.safetensors`)
const cut = (step: number) => writeFileSync(pathOf(step), readFileSync(pathOf(step)).subarray(0, -1))
const files = () => readdirSync(join(run, 'checkpoints')).sort()

/** What is loaded, with its elements. */
function load() {
  const found = loadCheckpoint(place)
  if (!found) return undefined
  using file = found.file
  const elements = new Uint8Array(4)
  file.read(file.size - 4, elements)
  const { file: _, ...rest } = found
  return { ...rest, elements: [...elements] }
}

test('none was ever saved', () => {
  expect(load()).toBeUndefined()
})

test('the newest is loaded, and two are kept', () => {
  save(8)
  expect(load()).toEqual({ step: 8, seconds: 0.8, elements: [8, 1, 2, 3] })
  save(20, 100)
  expect(load()).toEqual({ step: 100, seconds: 10, elements: [100, 1, 2, 3] })
  expect(files()).toEqual(['step-100.safetensors', 'step-20.safetensors'])
})

test.each<[string, () => void]>([
  ['cut', () => cut(30)],
  ['of the same length, the last bit changed', () => flip(pathOf(30), -1)],
  ['empty', () => writeFileSync(pathOf(30), '')],
  ['one bit of its step changed', () => flip(pathOf(30), '"step":"')],
  ['one bit of its seconds changed', () => flip(pathOf(30), '"seconds":"')],
  ['one bit of its run changed', () => flip(pathOf(30), '"run":"')],
  ['one bit of its digest changed', () => flip(pathOf(30), '"sha256":"')],
  ['without a digest', () => flip(pathOf(30), '"sha')],
  ['one bit of the length of its header changed', () => flip(pathOf(30), 1)],
])('a newest checkpoint that is %s: the one before is loaded and the damage told', (_, spoil) => {
  save(20, 30)
  spoil()
  expect(load()).toEqual({ step: 20, seconds: 2, elements: [20, 1, 2, 3], damaged: pathOf(30) })
})

test('a newest checkpoint that is missing was never there', () => {
  save(20, 30)
  rmSync(pathOf(30))
  expect(load()).toEqual({ step: 20, seconds: 2, elements: [20, 1, 2, 3] })
})

test.each(['1e9', '-5', '3e1', '030', ' 30', '', '{}', '.', '30.5', '9007199254740993', '31'])(
  'a checkpoint that says it is of step "%s", soundly written, is none of this run, and stays',
  (step) => {
    save(20)
    writeWeights(pathOf(30), piecesOf([30, 1, 2, 3]), { run: place.run, step, seconds: '3' })
    expect(load()).toEqual({ step: 20, seconds: 2, elements: [20, 1, 2, 3] })
    save(40, 50, 60)
    expect(files()).toEqual(['step-30.safetensors', 'step-50.safetensors', 'step-60.safetensors'])
  },
)

test('going on from the older one, the next save keeps that and drops the damaged one', () => {
  save(20, 30)
  flip(pathOf(30), -1)
  save(25)
  expect(files()).toEqual(['step-20.safetensors', 'step-25.safetensors'])
  cut(25)
  expect(load()).toMatchObject({ step: 20, damaged: pathOf(25) })
})

test('when all are damaged it is an error that names the newest, and nothing is removed', () => {
  save(20, 30)
  cut(20)
  cut(30)
  expect(load).toThrow(SelfsameError)
  expect(load).toThrow(
    /step-30\.safetensors is damaged .*no older one is sound: train again into another folder/,
  )
  expect(files()).toEqual(['step-20.safetensors', 'step-30.safetensors'])
})

test('saving a step again replaces it; a leftover of a killed save goes', () => {
  save(10, 20)
  writeFileSync(`${pathOf(30)}.999999999.tmp`, 'half')
  saveCheckpoint(place, { step: 20, seconds: 5 }, piecesOf([9, 9, 9, 9]))
  expect(load()).toEqual({ step: 20, seconds: 5, elements: [9, 9, 9, 9] })
  expect(files()).toEqual(['step-10.safetensors', 'step-20.safetensors'])
})

const full = () => {
  throw Object.assign(new Error('raw'), { code: 'ENOSPC' })
}

test('a full disk: the older of two checkpoints makes room, the last sound one never', () => {
  let tries = 0
  const once = () => {
    if (tries++ === 0) full()
  }
  save(10)
  expect(() => makingRoom(place, full)).toThrow('raw')
  expect(files()).toEqual(['step-10.safetensors'])
  save(20)
  makingRoom(place, once)
  expect(tries).toBe(2)
  expect(files()).toEqual(['step-20.safetensors'])
  // where the newer one is damaged the older one is what there is
  save(30)
  flip(pathOf(30), -1)
  expect(() => makingRoom(place, full)).toThrow('raw')
  expect(load()).toMatchObject({ step: 20 })
  save(25)
  // anything but room is no reason
  const other = () => {
    throw new Error('other')
  }
  expect(() => makingRoom(place, other)).toThrow('other')
  expect(files()).toEqual(['step-20.safetensors', 'step-25.safetensors'])
})

test('what is not ours is left alone: folders, copies, links, the checkpoints of another run', () => {
  save(10)
  const inside = join(run, 'checkpoints')
  mkdirSync(join(inside, 'mine'))
  mkdirSync(join(inside, 'step-15.safetensors'))
  copyFileSync(pathOf(10), join(inside, 'step-10 (best).safetensors'))
  copyFileSync(pathOf(10), join(inside, 'step-99.safetensors'))
  writeFileSync(join(inside, 'notes.txt'), '')
  writeFileSync(join(inside, 'weights.5.tmp'), '')
  writeFileSync(join(inside, 'checkpoint.json'), '{"checkpoints": [')
  symlinkSync('/dev/null', join(inside, 'step-16.safetensors'))
  const other = { folder: run, run: 'another' }
  saveCheckpoint(other, { step: 17, seconds: 1 }, piecesOf([0, 0, 0, 0]))
  const before = files()
  expect(load()).toMatchObject({ step: 10 })
  save(20, 30, 40)
  expect(files()).toEqual(
    [
      ...before.filter((name) => name !== 'step-10.safetensors'),
      ...['step-30.safetensors', 'step-40.safetensors'],
    ].sort(),
  )
})

test('what stands in a checkpoint’s way is moved aside, not replaced', () => {
  save(10)
  mkdirSync(pathOf(20))
  writeFileSync(join(pathOf(20), 'mine'), 'content')
  save(20)
  expect(readFileSync(join(`${pathOf(20)}.1`, 'mine'), 'utf8')).toBe('content')
  // somebody's safetensors file
  writeWeights(pathOf(30), piecesOf([7, 7, 7, 7]))
  const theirs = readFileSync(pathOf(30))
  save(30)
  expect(readFileSync(`${pathOf(30)}.1`).equals(theirs)).toBe(true)
  expect(load()).toMatchObject({ step: 30 })
  // a damaged one of ours is simply written anew
  flip(pathOf(30), '"run":"')
  save(30)
  expect(files()).not.toContain('step-30.safetensors.2')
})

test('a run’s folder that was moved or copied is gone on with', () => {
  save(10)
  cpSync(run, `${run}-copy`, { recursive: true })
  try {
    const copy = loadCheckpoint({ ...place, folder: `${run}-copy` })
    copy?.file[Symbol.dispose]()
    expect(copy?.step).toBe(10)
  } finally {
    rmSync(`${run}-copy`, { recursive: true })
  }
  renameSync(pathOf(10), join(run, 'away'))
  expect(load()).toBeUndefined()
})

test('what was decided about the length of a run is in its checkpoints, and in plan.jsonl only from there on', () => {
  const plan = [
    { step: 3, totalSteps: 40 },
    { step: 9, totalSteps: 30 },
  ]
  saveCheckpoint(place, { step: 10, seconds: 1, plan }, piecesOf([1, 1, 1, 1]))
  const loaded = loadCheckpoint(place)
  loaded?.file[Symbol.dispose]()
  expect(loaded?.plan).toEqual(plan)
  const { plan: path } = runPaths(place.folder)
  // a line before the checkpoint that was changed, one after it, one that cannot be, and one after that
  for (const [step, totalSteps] of [
    [3, 4000],
    [9, 30],
    [12, 50],
    [14, 14],
    [20, 25],
  ])
    appendLine(path, planLine, { step, totalSteps })
  expect(readPlan(place.folder, loaded?.plan)).toEqual([
    ...plan,
    { step: 12, totalSteps: 50 },
    { step: 20, totalSteps: 25 },
  ])
  rmSync(path)
  expect(readPlan(place.folder)).toEqual([])
})

test('a plan in a header that is no JSON any more is damage as any other: the one before is taken', () => {
  for (const step of [10, 20]) saveCheckpoint(place, { step, seconds: 1 }, piecesOf([1, 1, 1, 1]))
  const path = join(run, 'checkpoints/step-20.safetensors')
  flip(path, '"plan":"')
  const loaded = loadCheckpoint(place)
  loaded?.file[Symbol.dispose]()
  expect(loaded).toMatchObject({ step: 10, damaged: path })
})
