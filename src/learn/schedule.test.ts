import { expect, test } from 'vitest'
import { learningRateAt, planRun, schedulePoint, weightDecayAt } from './schedule.js'

const settings = { batch: 10, epochs: 2, warmup: 0.5, learningRate: 0.256, finalLearningRate: 0 }
const base = (settings.learningRate * settings.batch) / 256

test('without changes a schedule stands where the step is', () => {
  const plan = planRun(settings, 100)
  expect([0, 7, 20].map((step) => schedulePoint(step, plan))).toEqual(
    [0, 7, 20].map((at) => ({ at, of: 20 })),
  )
})

test('what is left of a schedule is stretched over the steps that are left', () => {
  // 20 planned; after 8, 32 in all: 12 planned steps on 24; after 20 of those 26 in all: 6 planned ones on 6
  const plan = planRun(settings, 100, [
    { step: 8, totalSteps: 32 },
    { step: 20, totalSteps: 26 },
  ])
  expect(plan).toMatchObject({ stepsPerEpoch: 10, totalSteps: 26 })
  const at = (step: number) => schedulePoint(step, plan).at
  expect([0, 4, 8, 10, 20, 23, 26].map(at)).toEqual([0, 4, 8, 9, 14, 17, 20])
})

test('rates do not jump where the length changes, warm up in half the time and end where they were to end', () => {
  const plan = planRun(settings, 100, [{ step: 2, totalSteps: 38 }])
  const rate = (step: number) => learningRateAt(settings, plan, step)
  const before = learningRateAt(settings, planRun(settings, 100), 2)
  expect(rate(2)).toBeCloseTo(before, 12)
  // five planned steps of warm-up: three of them are left after step 2, of two steps each
  expect(rate(8)).toBeCloseTo(base, 12)
  expect(rate(38)).toBeCloseTo(0, 12)
  const decay = { weightDecay: 0.04, finalWeightDecay: 0.4 }
  expect(weightDecayAt(decay, 38, plan)).toBeCloseTo(0.4, 12)
  // half of the planned steps: at step 2 + 2 × 8
  expect(weightDecayAt(decay, 18, plan)).toBeCloseTo(0.22, 12)
})
