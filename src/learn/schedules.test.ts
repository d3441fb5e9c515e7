/** Which update every schedule begins with, against what DeepMind's and DINO's formulas gave in numpy. */
import { expect, test } from 'vitest'
import { findMethod } from './methods/index.js'
import { type Overrides, resolveSettings } from './settings.js'
import type { TrainingState } from './state.js'
import { ratesAt } from './step.js'

const PLAN = { stepsPerEpoch: 4, totalSteps: 40 }
const FACTS = { pictures: 1024, channels: 3, nativeSize: 32 }

function paces(method: string, change: Overrides) {
  const settings = resolveSettings(findMethod(method), 'imagenet', change, FACTS, 'float32')
  return (step: number) => ratesAt({ settings, step } as TrainingState, PLAN)
}

test('tau of every update is the one derived by hand, the first of them of step 0', () => {
  const at = paces('byol', { target: { tau: 0.9 } })
  for (let k = 0; k < PLAN.totalSteps; k++) {
    const byHand = 1 - ((1 - 0.9) * (Math.cos((Math.PI * k) / PLAN.totalSteps) + 1)) / 2
    expect(at(k).tau).toBeCloseTo(byHand, 14)
  }
  expect(at(0).tau).toBe(0.9)
})

test('tau and learning rate are BYOL’s as released, at 40 steps with 10 of warm-up', () => {
  const at = paces('byol', { target: { tau: 0.95 }, batch: 4096, learningRate: 0.3, warmup: 2.5 })
  for (const [k, tau, rate] of [
    [0, 0.95, 0],
    [1, 0.9500770666566718, 0.48],
    [9, 0.9559898508599992, 4.32],
    [10, 0.9573223304703363, 4.8],
    [20, 0.975, 3.6],
    [39, 0.9999229333433282, 0.013147451116143837],
  ] as const) {
    expect(at(k).tau).toBeCloseTo(tau, 12)
    expect(at(k).network).toBeCloseTo(rate, 12)
  }
})

test('weight decay and the teacher’s tau are DINO’s as released', () => {
  const at = paces('dino', {})
  for (const [k, decay, tau] of [
    [0, 0.04, 0.996],
    [1, 0.04055487992803691, 0.9960061653325337],
    [9, 0.08312692619199441, 0.9964791880688],
    [10, 0.09272077938642143, 0.9965857864376269],
    [20, 0.22, 0.998],
    [39, 0.39944512007196303, 0.9999938346674663],
  ] as const) {
    expect(at(k).weightDecay).toBeCloseTo(decay, 12)
    expect(at(k).tau).toBeCloseTo(tau, 12)
  }
})
