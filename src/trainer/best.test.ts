import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { temporaryFolder } from '../../test/support/cli.js'
import { findMethod } from '../learn/methods/index.js'
import { type Overrides, resolveSettings } from '../learn/settings.js'
import { createState, disposeState, type TrainingState } from '../learn/state.js'
import { makeFolder } from '../make-folder.js'
import { stateDict } from '../nn/index.js'
import {
  appendLine,
  metricsLine,
  type ProbeLine,
  RUN_FORMAT,
  type RunRecord,
  readTraining,
  rewindMetrics,
  runPaths,
  type TrainingSummary,
  type ViewsLine,
} from '../run/index.js'
import { flip } from '../run/testing.js'
import { memory, noGrad, scope } from '../torch/index.js'
import { BestSoFar, standingAt } from './best.js'
import { restoreJudged, type Wanted } from './judged-state.js'
import { Kept } from './kept.js'
import { SILENT } from './progress.js'

const byol = findMethod('byol')
const TINY: Overrides = { size: 8, batch: 4, projector: { hidden: 8, outputs: 4 }, predictor: { hidden: 8 } }
const settingsWith = (more: Overrides = {}) =>
  resolveSettings(
    byol,
    'small',
    { ...TINY, ...more },
    { pictures: 40, channels: 1, nativeSize: 8 },
    'float32',
  )
const settings = settingsWith()
const record: RunRecord = {
  ...{ format: RUN_FORMAT, created: 'then', command: [], data: '', pictures: 40, source: '', machine: {} },
  settings,
}
const root = temporaryFolder()

let before: number
let state: TrainingState
beforeAll(() => {
  before = memory().tensors
  state = createState(settings, byol)
})
afterAll(() => {
  disposeState(state)
  expect(memory().tensors).toBe(before)
})

/** Of 100 asked pictures. */
const right = (count: number) => Uint8Array.from({ length: 100 }, (_, i) => (i < count ? 2 : 0))

/** All weights that are judged are this number: which state they are of can be told. */
function mark(one: TrainingState, value: number): void {
  noGrad(() => {
    for (const branch of [one.online, one.target])
      for (const part of [branch?.encoder, branch?.projector])
        for (const tensor of part ? stateDict(part).values() : []) tensor.fill_(value)
  })
}
/** The first numbers of all tensors of a part. */
const firstsOf = (part: object) =>
  scope(() => new Set([...stateDict(part).values()].map((tensor) => tensor.flatten().toArray()[0])))
const markOf = (one: TrainingState) => firstsOf(one.online.encoder)

class Run {
  readonly folder: string
  readonly kept: Kept
  readonly notes: string[] = []
  readonly progress = { ...SILENT, note: (text: string) => this.notes.push(text) }
  best: BestSoFar

  constructor(name: string) {
    this.folder = join(root, name)
    makeFolder(this.folder)
    this.kept = new Kept(this.folder, record, state)
    this.best = this.open()
  }

  /** As a process does that goes on from the state. */
  open(): BestSoFar {
    this.best = new BestSoFar(this.folder, record, state, this.kept, this.progress)
    return this.best
  }

  look(step: number, known: number): void {
    state.step = step
    mark(state, step)
    const line: ProbeLine = {
      type: 'probe',
      step,
      epoch: step,
      knn: known / 100,
      linear: known / 100,
      right: right(known),
    }
    appendLine(runPaths(this.folder).metrics, metricsLine, line)
    this.best.see(line)
  }

  /** A look, and what the loop does after it. */
  looked(step: number, known: number): void {
    this.look(step, known)
    if (!this.best.isWaiting) return
    this.kept.checkpoint(step)
    this.best.keep()
  }

  end(status: TrainingSummary['status']): TrainingSummary {
    const encoderStep = this.best.usedInstead
    const summary: TrainingSummary = {
      ...{ status, steps: state.step, totalSteps: 40, seconds: 1, imagesPerSecond: 1, finalLoss: 1 },
      ...{ collapse: null, setAside: 0, ...(encoderStep !== undefined && { encoderStep }) },
    }
    this.kept.end(summary)
    this.best.keep()
    return summary
  }

  /** Which step's weights are used, and what is said of it. */
  used(wanted?: Wanted) {
    const one = createState(settings, byol)
    try {
      const { used } = restoreJudged(this.folder, record, one, this.progress, wanted)
      const [marked] = markOf(one)
      expect(marked).toBe(used.step)
      return { ...used, step: one.step, weights: marked }
    } finally {
      disposeState(one)
    }
  }
}

test('what rises to its end: the last is the best, and is used', () => {
  const run = new Run('rising')
  for (const [step, known] of [
    [10, 30],
    [20, 55],
    [40, 80],
  ] as const)
    run.looked(step, known)
  expect(run.end('finished')).not.toHaveProperty('encoderStep')
  expect(run.used()).toEqual({ step: 40, weights: 40 })
  expect(run.used('best').weights).toBe(40)
})

test('what sinks after its best: that is kept, written as the encoder, and used; the last is there too', () => {
  const run = new Run('sinking')
  for (const [step, known] of [
    [10, 30],
    [20, 80],
    [30, 60],
    [40, 40],
  ] as const)
    run.looked(step, known)
  expect(run.end('finished').encoderStep).toBe(20)
  const why =
    /^The encoder of step 20 is used: while training it knew 40[.]0 ± \d+[.]\d points more than the last, of step 40$/
  expect(run.used()).toEqual({ step: 40, weights: 20, why: expect.stringMatching(why) })
  expect(run.used('last')).toEqual({ step: 40, weights: 40 })
  const encoder = createState(settings, byol)
  mark(encoder, 20)
  const expected = join(root, 'expected')
  makeFolder(expected)
  const other = new Kept(expected, record, encoder)
  other.end({ ...(readTraining(run.folder) as TrainingSummary), encoderStep: 99 })
  disposeState(encoder)
  expect(readFileSync(runPaths(run.folder).encoder).equals(readFileSync(runPaths(expected).encoder))).toBe(
    true,
  )
})

test('a little less than the best is chance: the last is used, unless the best is asked for', () => {
  const run = new Run('level')
  for (const [step, known] of [
    [20, 50],
    [40, 49],
  ] as const)
    run.looked(step, known)
  run.end('finished')
  expect(run.used()).toEqual({ step: 40, weights: 40 })
  expect(run.used('best')).toEqual({
    ...{ step: 40, weights: 20 },
    why: expect.stringMatching(/^The encoder of step 20 is used, as asked: while training it knew 1[.]0 ± /),
  })
})

test('looks that have sunk are counted over a kill, never in the first half, never for 0', () => {
  const run = new Run('patience')
  run.looked(4, 80)
  run.looked(8, 40)
  run.open()
  run.looked(12, 42)
  expect(run.best.hasSunk(2, { step: 12, totalSteps: 40 })).toBe(false)
  expect(run.best.hasSunk(2, { step: 20, totalSteps: 40 })).toBe(true)
  expect(run.best.hasSunk(3, { step: 20, totalSteps: 40 })).toBe(false)
  expect(run.best.hasSunk(0, { step: 20, totalSteps: 40 })).toBe(false)
  expect(run.open().hasSunk(2)).toBe(true)
  expect(run.best.sunkInWords({ step: 1200, totalSteps: 4000 })).toMatch(
    /^Stopping early after step 1,200 of 4,000: the last 2 looks knew clearly less than that at step 4, whose encoder is kept; the last one 38[.]0 ± \d+[.]\d points less[.]$/,
  )
})

test('a kill between a look and its being kept: it is kept when the run is gone on with', () => {
  const run = new Run('killed')
  run.looked(10, 30)
  run.look(20, 80)
  run.kept.checkpoint(2)
  expect(standingAt(run.folder, record, 20)).toMatchObject({
    best: { step: 10 },
    ahead: { verdict: 'better' },
  })
  run.open().keep()
  expect(standingAt(run.folder, record, 20)?.best.step).toBe(20)
  // the very first
  const first = new Run('killed at first')
  first.look(10, 30)
  first.open().keep()
  expect(standingAt(first.folder, record, 10)?.best.step).toBe(10)
})

test('a best of later than the checkpoint, which is gone back to, is none; the next look is', () => {
  const run = new Run('rewound')
  run.looked(10, 30)
  run.looked(20, 80)
  state.step = 10
  mark(state, 10)
  rewindMetrics(run.folder, 10)
  run.open()
  expect(standingAt(run.folder, record, 10)).toBeUndefined()
  run.looked(15, 20)
  expect(standingAt(run.folder, record, 15)?.best.step).toBe(15)
})

test('no room for a better one: it is said once, the best before stays, and a later one has its chance', () => {
  const run = new Run('full')
  run.looked(10, 30)
  // as a full disk refuses it
  run.kept.best = () => {
    throw new Error('best.safetensors could not be written: the disk is full')
  }
  run.open()
  run.looked(20, 80)
  run.looked(25, 90)
  expect(run.notes).toEqual([
    'Warning: best.safetensors could not be written: the disk is full; training goes on.',
  ])
  expect(standingAt(run.folder, record, 25)?.best.step).toBe(10)
  // what is better than the best on disk is the last, and used
  expect(run.used('best').weights).toBe(25)
  run.looked(30, 5)
  run.kept.checkpoint(3)
  expect(run.used()).toMatchObject({ step: 30, weights: 10 })
})

test('a damaged or foreign best is passed over with a word, and the encoder is mended without it', () => {
  const run = new Run('damaged')
  for (const [step, known] of [
    [20, 80],
    [40, 40],
  ] as const)
    run.looked(step, known)
  const summary = run.end('stopped_early')
  expect(summary.encoderStep).toBe(20)
  const { best, encoder } = runPaths(run.folder)
  const whole = join(run.folder, 'copy')
  copyFileSync(best, whole)
  rmSync(encoder)
  expect(run.kept.mend(summary)).toBe(summary)
  flip(best, -1)
  expect(run.used()).toEqual({ step: 40, weights: 40 })
  expect(run.notes.at(-1)).toMatch(
    /^Warning: .*best.safetensors is not as it was written; .* after step 40[.]$/,
  )
  expect(run.best.usedInstead).toBeUndefined()
  expect(run.kept.mend(summary)).not.toHaveProperty('encoderStep')
  expect(readTraining(run.folder)).not.toHaveProperty('encoderStep')
  writeFileSync(best, readFileSync(whole))
  expect(standingAt(run.folder, { created: 'another' }, 40)).toBeUndefined()
  rmSync(best)
  expect(() => run.used('best')).toThrow(/no best checkpoint.*use `checkpoint: 'last'`/)
})

test('an encoder with layers of its projector on it is kept with these', () => {
  const own = settingsWith({ readout: { layers: 1 } })
  const one = createState(own, byol)
  const folder = join(root, 'layers')
  makeFolder(folder)
  const kept = new Kept(folder, { ...record, settings: own }, one)
  const best = new BestSoFar(folder, record, one, kept, SILENT)
  for (const [step, known] of [
    [20, 80],
    [40, 40],
  ] as const) {
    one.step = step
    mark(one, step)
    const line: ProbeLine = { type: 'probe', step, epoch: 1, knn: 0, linear: 0, right: right(known) }
    appendLine(runPaths(folder).metrics, metricsLine, line)
    best.see(line)
    kept.checkpoint(step)
    best.keep()
  }
  expect(restoreJudged(folder, record, one, SILENT).used.step).toBe(20)
  for (const part of [one.online.encoder, one.online.projector]) expect(firstsOf(part)).toEqual(new Set([20]))
  disposeState(one)
})

test('looks without labels: the best of them is kept and used where they count, and stays so later on', () => {
  const folder = join(root, 'views')
  makeFolder(folder)
  const kept = new Kept(folder, record, state)
  const seen = (best: BestSoFar, step: number, value: number) => {
    state.step = step
    mark(state, step)
    const found = new Uint8Array(100).fill(value)
    const line: ViewsLine = { type: 'views', step, epoch: step, halves: 0, elsewhere: 0, found }
    appendLine(runPaths(folder).metrics, metricsLine, line)
    best.see(line)
    kept.checkpoint(step)
    best.keep()
  }
  const passing = new BestSoFar(folder, record, state, kept, SILENT)
  expect(passing.awaits('views')).toBe(false)
  seen(passing, 10, 200)
  expect(standingAt(folder, record, 10)).toBeUndefined()

  const best = new BestSoFar(folder, record, state, kept, SILENT, true)
  best.keep()
  seen(best, 20, 255)
  seen(best, 30, 51)
  const one = createState(settings, byol)
  expect(restoreJudged(folder, record, one, SILENT).used).toEqual({
    step: 20,
    why: 'The encoder of step 20 is used: while training it found views 80.0 ± 0.0 points better than the last, of step 30',
  })
  expect([...markOf(one)]).toEqual([20])
  disposeState(one)
  expect(new BestSoFar(folder, record, state, kept, SILENT).usedInstead).toBe(20)
})
