import { spawnSync } from 'node:child_process'
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { SelfsameError } from '../errors.js'
import { findMethod } from '../learn/methods/index.js'
import { type Overrides, resolveSettings } from '../learn/settings.js'
import { createState, disposeState, stateTensors, type TrainingState } from '../learn/state.js'
import {
  isSoundWeights,
  RUN_FORMAT,
  type RunRecord,
  readTraining,
  type TrainingSummary,
} from '../run/index.js'
import { WeightsFile } from '../run/weights.js'
import { memory, noGrad, scope } from '../torch/index.js'
import { isUnfinished, Kept, restore } from './kept.js'

const MIB = 2 ** 20
const byol = findMethod('byol')
const TINY: Overrides = {
  size: 16,
  batch: 8,
  projector: { hidden: 32, outputs: 16 },
  predictor: { hidden: 32 },
}
const settings = resolveSettings(
  byol,
  'small',
  TINY,
  { pictures: 40, channels: 3, nativeSize: 16 },
  'float32',
)
const record: RunRecord = {
  format: RUN_FORMAT,
  created: 'then',
  command: [],
  data: '',
  pictures: 40,
  settings,
  source: '',
  machine: {},
}
const summary: TrainingSummary = {
  status: 'finished',
  steps: 30,
  totalSteps: 30,
  seconds: 3,
  imagesPerSecond: 1,
  finalLoss: 1,
  collapse: null,
  setAside: 0,
}

const root = mkdtempSync(join(tmpdir(), 'selfsame-kept-'))
const disk = join(root, 'disk')
mkdirSync(disk)
const mounted = (options: string) =>
  spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', disk]).status === 0
/** Only root may have a disk of a certain size. */
const own = mounted('size=1m')
let before: number
let state: TrainingState
beforeAll(() => {
  before = memory().tensors
  state = createState(settings, byol)
})
afterAll(() => {
  if (own) spawnSync('umount', [disk])
  rmSync(root, { recursive: true })
  disposeState(state)
  expect(memory().tensors).toBe(before)
})

/** A fresh run on a disk of so many bytes. */
function fresh(bytes: number): { run: string; kept: Kept } {
  spawnSync('umount', [disk])
  expect(mounted(`size=${Math.ceil(bytes / 4096) * 4096}`)).toBe(true)
  const run = join(disk, 'run')
  mkdirSync(run)
  return { run, kept: new Kept(run, record, state) }
}

/** Another program takes all that is left. */
function fill(): void {
  try {
    for (let at = 0; ; at++)
      writeFileSync(join(disk, `ballast-${at}`), Buffer.alloc(at < 30 ? MIB / 8 : 4096))
  } catch {
    // it is full
  }
}

const checkpoints = (run: string) =>
  existsSync(join(run, 'checkpoints')) ? readdirSync(join(run, 'checkpoints')).sort() : []

/** Bytes of the encoder and of the state, once each. */
function sizes() {
  const { run, kept } = fresh(64 * MIB)
  state.step = 30
  kept.end(summary)
  return {
    encoder: statSync(join(run, 'encoder.safetensors')).size,
    all: statSync(join(run, 'checkpoints/step-30.safetensors')).size,
  }
}

test.runIf(own)('all that a run ends with, and back', () => {
  const { run, kept } = fresh(64 * MIB)
  kept.begin()
  expect(readdirSync(run)).toEqual(['reserve'])
  state.step = 20
  kept.checkpoint(2)
  expect(isUnfinished(run, record)).toBe(true)
  state.step = 30
  kept.end(summary)
  expect(readdirSync(run).sort()).toEqual(['checkpoints', 'encoder.safetensors', 'training.json'])
  expect(checkpoints(run)).toEqual(['step-20.safetensors', 'step-30.safetensors'])
  expect(readTraining(run)).toEqual(summary)
  expect(isUnfinished(run, record)).toBe(false)
  const other = createState(settings, byol)
  try {
    scope(() =>
      noGrad(() => {
        for (const tensor of stateTensors(other).values()) tensor.zero_()
      }),
    )
    expect(restore(run, record, other)).toBe(3)
    expect(other.step).toBe(30)
    for (const [name, tensor] of stateTensors(state))
      expect(
        scope(() => stateTensors(other).get(name)?.equal(tensor)),
        name,
      ).toBe(true)
  } finally {
    disposeState(other)
  }
  rmSync(join(run, 'encoder.safetensors'))
  expect(isUnfinished(run, record)).toBe(true)
})

test.runIf(own)(
  'a full disk at the end: the summary and the encoder are there, and the last good state',
  () => {
    const { all } = sizes()
    const { run, kept } = fresh(all + 3 * MIB)
    kept.begin()
    state.step = 20
    kept.checkpoint(2)
    fill()
    state.step = 30
    const end = () => kept.end(summary)
    expect(end).toThrow(SelfsameError)
    expect(end).toThrow(
      /step-30\.safetensors could not be written: the disk is full.*the encoder is written, and `train\(data, \{ out: .*` makes the rest/,
    )
    expect(readTraining(run)).toEqual(summary)
    expect(isSoundWeights(join(run, 'encoder.safetensors'))).toBe(true)
    expect(checkpoints(run)).toEqual(['step-20.safetensors'])
    const again = createState(settings, byol)
    expect(restore(run, record, again)).toBe(2)
    expect(again.step).toBe(20)
    disposeState(again)
    expect(isUnfinished(run, record)).toBe(true)
  },
)

test.runIf(own)('of two checkpoints the older one makes room for the last', () => {
  const { all } = sizes()
  const { run, kept } = fresh(2 * all + 3 * MIB)
  kept.begin()
  for (const step of [10, 20]) {
    state.step = step
    kept.checkpoint(step / 10)
  }
  fill()
  state.step = 30
  kept.end(summary)
  expect(checkpoints(run)).toEqual(['step-20.safetensors', 'step-30.safetensors'])
  expect(isUnfinished(run, record)).toBe(false)
})

test.runIf(own)(
  'a full disk where a run diverged: the older checkpoint makes room, and what has none is only noted',
  () => {
    const { all } = sizes()
    const ended: TrainingSummary = { ...summary, status: 'diverged', finalLoss: Number.NaN }
    const notes: string[] = []
    const diverged = (steps: number[]) => {
      const { run, kept } = fresh(2 * all + 3 * MIB)
      for (const step of steps) {
        state.step = step
        kept.checkpoint(step / 10)
      }
      fill()
      const last = join(run, `checkpoints/step-${steps.at(-1)}.safetensors`)
      expect(kept.diverged(ended, (text) => notes.push(text))).toBe(last)
      return run
    }
    const run = diverged([10, 20])
    expect(readTraining(run)).toEqual(ended)
    expect(checkpoints(run)).toEqual(['step-20.safetensors'])
    expect(notes).toEqual([])
    expect(readTraining(diverged([10]))).toBeUndefined()
    expect(notes).toHaveLength(1)
    expect(notes[0]).toMatch(/^Warning: .*training\.json could not be written: the disk is full; .*\.$/)
  },
)

test.runIf(own)(
  'where the newest checkpoint is damaged none makes room, and it is read through just once',
  () => {
    const { all } = sizes()
    const { run, kept } = fresh(2 * all + 3 * MIB)
    kept.begin()
    for (const step of [10, 20]) {
      state.step = step
      kept.checkpoint(step / 10)
    }
    fill()
    const newest = join(run, 'checkpoints/step-20.safetensors')
    const file = openSync(newest, 'r+')
    writeSync(file, Uint8Array.of(1, 2, 3, 4), 0, 4, statSync(newest).size - 4)
    closeSync(file)
    const looked = vi.spyOn(WeightsFile.prototype, 'isSound')
    state.step = 30
    expect(() => kept.end(summary)).toThrow(/step-30\.safetensors could not be written: the disk is full/)
    expect(looked).toHaveBeenCalledTimes(1)
    looked.mockRestore()
    expect(checkpoints(run)).toEqual(['step-10.safetensors', 'step-20.safetensors'])
  },
)

test.runIf(own)('only the encoder fits: it is there without any checkpoint', () => {
  const { encoder, all } = sizes()
  const { run, kept } = fresh(encoder + 1.5 * MIB)
  kept.begin()
  expect(all).toBeGreaterThan(encoder + 1.5 * MIB)
  state.step = 30
  expect(() => kept.end(summary)).toThrow(/disk is full/)
  expect(readdirSync(run).sort()).toEqual(['checkpoints', 'encoder.safetensors', 'training.json'])
  expect(isSoundWeights(join(run, 'encoder.safetensors'))).toBe(true)
  expect(checkpoints(run)).toEqual([])
})

test.runIf(own)('no room even for the encoder is said at the start', () => {
  const { run, kept } = fresh(MIB)
  expect(() => kept.begin()).toThrow(/reserve could not be written: the disk is full/)
  expect(readdirSync(run)).toEqual([])
  kept.close()
})
