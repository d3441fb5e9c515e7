/** A run of so many minutes whose plan changed, and that was killed after, comes to the weights that the plan kept says. */
import { copyFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import type { TrainOptions } from '../src/cli/options.js'
import { findMethod } from '../src/learn/methods/index.js'
import { readPlan, readTraining } from '../src/run/index.js'
import type { Progress } from '../src/trainer/progress.js'
import { beginRun, settleRun } from '../src/trainer/start.js'
import { selfsame, temporaryFolder } from './support/cli.js'
import { drawPictures } from './support/pictures.js'

const folder = temporaryFolder()
const pictures = join(folder, 'pictures')
beforeAll(() => drawPictures(pictures, 40))

const byol = findMethod('byol')
const options = {
  precision: 'float32',
  preset: 'small',
  checkpointEvery: 2,
  probeEvery: 0,
} as unknown as TrainOptions & { preset: 'small' }
const progress = { note: () => {}, work: () => {} } as unknown as Progress
/** Steps, which take far less than the time that is asked for on the busiest machine. */
const PLANNED = 4
const SECONDS = 12

/** Begins a run that is planned too short for its minutes, where it is given any. */
async function begun(name: string, minutes?: number): Promise<string> {
  const run = join(folder, name)
  const change = {
    ...{ epochs: 0.8, size: 8, batch: 8 },
    ...{ projector: { hidden: 8, outputs: 4 }, predictor: { hidden: 8 } },
  }
  const settled = await settleRun(pictures, byol, options, change, progress)
  beginRun(run, pictures, byol, options, { ...settled, ...(minutes && { minutes }) }, [], undefined)
  return run
}

const weights = (run: string) => readFileSync(join(run, 'encoder.safetensors'))
const lastStep = (run: string) => {
  const path = join(run, 'metrics.jsonl')
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : []
  return Math.max(0, ...lines.map((line) => Number(/"step":(\d+)/.exec(line)?.[1] ?? 0)))
}

test('killed after its plan was changed, gone on with, and repeated without a break from plan.jsonl', async () => {
  const run = await begun('minutes', SECONDS / 60)
  let timer: NodeJS.Timeout | undefined
  const first = await selfsame(['train', '--run', run, '--resume'], undefined, (child) => {
    timer = setInterval(() => {
      // steps that only the changed plan has, the first of them kept
      if (lastStep(run) < PLANNED + 3) return
      clearInterval(timer)
      child.kill('SIGKILL')
    }, 5)
  })
  clearInterval(timer)
  expect(first.signal, first.stderr).toBe('SIGKILL')
  const [changed] = readPlan(run)
  expect(changed?.step).toBeLessThan(PLANNED)
  expect(changed?.totalSteps).toBeGreaterThan(PLANNED + 3)
  expect(readTraining(run)).toBeUndefined()

  const second = await selfsame(['train', '--run', run, '--resume'])
  expect(second.code, second.stderr).toBe(0)
  const plan = readPlan(run)
  expect(plan[0]).toEqual(changed)
  const steps = plan.at(-1)?.totalSteps as number
  expect(readTraining(run)).toMatchObject({ status: 'finished', steps, totalSteps: steps })

  const again = await begun('again')
  copyFileSync(join(run, 'plan.jsonl'), join(again, 'plan.jsonl'))
  const replayed = await selfsame(['train', '--run', again, '--resume'])
  expect(replayed.code, replayed.stderr).toBe(0)
  expect(readTraining(again)).toMatchObject({ status: 'finished', steps })
  expect(weights(again).equals(weights(run))).toBe(true)
  // and it is the plan that makes them what they are
  const plain = await begun('plain')
  expect((await selfsame(['train', '--run', plain, '--resume'])).code).toBe(0)
  expect(readTraining(plain)).toMatchObject({ steps: PLANNED })
  expect(weights(plain).equals(weights(run))).toBe(false)
}, 300_000)
