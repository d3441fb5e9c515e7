/** A run whose looks are scripted: what it knew sinks after its best. */
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { temporaryFolder } from '../../test/support/cli.js'
import { drawPictures } from '../../test/support/pictures.js'
import type { StepEvent } from '../learn/train.js'
import { type TrainOptions, train } from '../library/train.js'
import { type LookLine, metricsLine, readLines, readTraining, runPaths } from '../run/index.js'
import { memory } from '../torch/index.js'
import type { RunEvent } from './loop.js'

/** How many of 100 asked pictures are known after each step. */
const KNOWN = vi.hoisted(() => [30, 40, 60, 90, 50, 52, 50, 48, 50, 51, 50, 50, 50, 50, 50, 50])

/** What is asked about. */
const asked = vi.hoisted(() => ({ by: 'classes' }))

vi.mock('./probe.js', () => ({
  Probe: {
    of: () => ({
      about: 'scripted',
      by: asked.by,
      dispose() {},
      after({ step, epoch }: StepEvent): Promise<LookLine> {
        return this.look(step, epoch)
      },
      async look(step: number, epoch: number): Promise<LookLine> {
        // what is given before the first step is the best
        const known = step === 0 ? 99 : (KNOWN[step - 1] as number)
        const right = Uint8Array.from({ length: 100 }, (_, i) => (i < known ? 2 : 0))
        if (asked.by === 'views') {
          const found = right.map((one) => 100 * one)
          return { type: 'views', step, epoch, halves: known / 100, elsewhere: known / 100, found }
        }
        return { type: 'probe', step, epoch, knn: known / 100, linear: known / 100, right }
      },
    }),
  },
}))

const root = temporaryFolder()
const pictures = join(root, 'pictures')
const OPTIONS = {
  ...{ size: 8, batch: 4, epochs: 4, precision: 'float32' as const, workers: 0, checkpointEvery: 3 },
  ...{ projector: { hidden: 8, outputs: 4 }, predictor: { hidden: 8 } },
}
const TOTAL = 16

let before: number
beforeAll(async () => {
  await drawPictures(pictures, 16)
  before = memory().tensors
})
afterAll(() => expect(memory().tensors).toBe(before))

async function run(name: string, more: Partial<TrainOptions> = {}, until = TOTAL) {
  const out = join(root, name)
  const notes: string[] = []
  const progress = { note: (text: string) => notes.push(text), work() {}, line() {}, close() {} }
  const one = await train(pictures, { ...OPTIONS, ...more, out, progress })
  for await (const event of one as AsyncIterable<RunEvent>)
    if (event.type === 'step' && event.step >= until) break
  return { out, notes, summary: readTraining(out) }
}
const bytes = (path: string) => readFileSync(path)
const looked = (out: string) =>
  readLines(runPaths(out).metrics, metricsLine).flatMap(({ type, step }) =>
    type === 'step' || type === 'measure' ? [] : [step],
  )

test('it stops when it has sunk for four looks and half of it is done, with the best as its encoder', async () => {
  const { out, notes, summary } = await run('stopped')
  // the best is of step 4, and half of 16 steps are done after 8
  expect(summary).toMatchObject({ status: 'stopped_early', steps: 8, totalSteps: TOTAL, encoderStep: 4 })
  expect(notes.at(-1)).toMatch(
    /^Stopping early after step 8 of 16: the last 4 looks knew clearly less than that at step 4/,
  )
  const { encoder, best } = runPaths(out)
  expect(existsSync(best)).toBe(true)

  // gone on with, it says why it does not, and mends what is missing
  const weights = bytes(encoder)
  rmSync(encoder)
  const again = await run('stopped')
  expect(again.notes.at(-1)).toBe('It was stopped early after step 8 of 16; `stopEarly: 0` goes on with it.')
  expect(again.summary).toEqual(summary)
  expect(bytes(encoder).equals(weights)).toBe(true)

  // to the very weights of a run that was never stopped
  const on = await run('stopped', { stopEarly: 0 })
  expect(on.summary).toMatchObject({ status: 'finished', steps: TOTAL, encoderStep: 4 })
  const never = await run('never', { stopEarly: 0 })
  expect(never.summary).toMatchObject({ status: 'finished', steps: TOTAL, encoderStep: 4 })
  const last = (folder: string) => bytes(join(folder, 'checkpoints/step-15.safetensors')).subarray(-5000)
  expect(last(out).equals(last(never.out))).toBe(true)
  expect(bytes(encoder).equals(bytes(runPaths(never.out).encoder))).toBe(true)
  expect(looked(out)).toEqual(looked(never.out))
}, 120_000)

test('stopped on the way, it goes on to the same end: neither the best nor the looks since then are forgotten', async () => {
  const whole = await run('whole')
  for (const until of [2, 4, 6, 7]) {
    const name = `parts ${until}`
    expect((await run(name, {}, until)).summary).toMatchObject({ status: 'interrupted', steps: until })
    const { out, summary } = await run(name)
    expect(summary).toMatchObject({ status: 'stopped_early', steps: 8, encoderStep: 4 })
    for (const file of ['encoder', 'best'] as const) {
      const [mine, its] = [out, whole.out].map((folder) => bytes(runPaths(folder)[file])) as [Buffer, Buffer]
      // the header of the best names its run
      expect(mine.subarray(-5000).equals(its.subarray(-5000))).toBe(true)
    }
  }
}, 120_000)

test('an encoder that was given is looked at before the first step, once, and may be the best', async () => {
  const given = { init: (await run('beginning', { epochs: 1 })).out }
  expect((await run('given', given, 2)).summary).toMatchObject({ status: 'interrupted', steps: 2 })
  const { out, summary } = await run('given', given)
  expect(summary).toMatchObject({ status: 'stopped_early', steps: 8, encoderStep: 0 })
  expect(looked(out)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
}, 120_000)

test('without labels it neither keeps the best nor stops, unless that is asked for', async () => {
  asked.by = 'views'
  try {
    const plain = await run('views')
    expect(plain.summary).toMatchObject({ status: 'finished', steps: TOTAL })
    expect(plain.summary).not.toHaveProperty('encoderStep')
    expect(existsSync(runPaths(plain.out).best)).toBe(false)
    expect(looked(plain.out)).toHaveLength(TOTAL)

    const { out, notes, summary } = await run('views asked', { stopEarly: 4 })
    expect(summary).toMatchObject({ status: 'stopped_early', steps: 8, encoderStep: 4 })
    expect(notes.at(-1)).toMatch(
      /: the last 4 looks found views clearly worse than that at step 4, .* points worse[.]$/,
    )
    // what was asked for at the start holds, and what is kept stays the best
    const on = await run('views asked', { stopEarly: 0 })
    expect(on.summary).toMatchObject({ status: 'finished', steps: TOTAL, encoderStep: 4 })
    expect(looked(out)).toEqual(looked(plain.out))
  } finally {
    asked.by = 'classes'
  }
}, 120_000)
