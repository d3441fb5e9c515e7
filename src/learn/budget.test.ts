import { expect, test } from 'vitest'
import { Budget, secondsOf } from './budget.js'
import { planRun, type Stretch } from './schedule.js'

/** Steps of a run with so many seconds, and how long it took, where a step takes what `secondsOf` says. */
function simulated(seconds: number, epochs: number, secondsOf: (step: number, at: number) => number) {
  const settings = { batch: 10, epochs }
  const stretches: Stretch[] = []
  const budget = new Budget(seconds)
  let at = 0
  let step = 0
  let plan = planRun(settings, 1000)
  while (step < plan.totalSteps) {
    at += secondsOf(step, at)
    step++
    const totalSteps = budget.after(step, plan, at)
    if (totalSteps === undefined) continue
    stretches.push({ step, totalSteps })
    plan = planRun(settings, 1000, stretches)
  }
  return { step, at, stretches }
}

test('at the pace that it was planned by, a run is left as it is', () => {
  // 3,000 steps of 50 ms, one in ten twice as long
  const { stretches, step } = simulated(150, 30, (i) => (i % 10 === 0 ? 0.1 : 0.05) / 1.1)
  expect(stretches).toEqual([])
  expect(step).toBe(3000)
})

test.each<[string, (step: number, at: number) => number, number, number]>([
  ['planned beside a neighbour that has gone', () => 0.05, 3, 3000],
  ['planned alone, beside a neighbour', () => 0.15, 30, 1000],
  ['a neighbour for its middle third', (_, at) => (at > 50 && at < 100 ? 0.15 : 0.05), 30, 2333],
  ['a neighbour at its end', (_, at) => (at > 120 ? 0.15 : 0.05), 30, 2600],
  ['slow at first', (step) => (step < 20 ? 1 : 0.05), 30, 2620],
])('%s: as many steps as fit, within the time', (_, secondsOf, epochs, steps) => {
  const { at, step, stretches } = simulated(150, epochs, secondsOf)
  expect(Math.abs(at - 150)).toBeLessThan(0.1 * 150)
  expect(Math.abs(step - steps) / steps).toBeLessThan(0.12)
  expect(stretches.length).toBeGreaterThan(0)
  expect(stretches.length).toBeLessThan(12)
})

test('a first step that is slow and a pace that is never twice the same change the plan seldom', () => {
  let seed = 1
  const next = () => {
    seed = (seed * 16807) % 2147483647
    return seed / 2147483647
  }
  // a tenth of what was planned, by steps of 0.25 to 0.75 s
  const { at, stretches } = simulated(60, 13, (step) => (step === 0 ? 3 : 0.25 + 0.5 * next()))
  expect(Math.abs(at - 60)).toBeLessThan(6)
  expect(stretches.length).toBeLessThan(4)
})

test('a plan of a few steps is not over before its pace is known', () => {
  const { at, step } = simulated(60, 0.04, () => 0.1)
  expect(step).toBeGreaterThan(500)
  expect(Math.abs(at - 60)).toBeLessThan(6)
})

test('no more passes than tell anything, and what an earlier session decided for later is left', () => {
  const { step } = simulated(1e6, 100, () => 0.05)
  expect(step).toBe(400 * 100)
  const plan = planRun({ batch: 10, epochs: 1 }, 1000, [{ step: 90, totalSteps: 95 }])
  const budget = new Budget(100)
  for (const at of [1, 10, 30]) expect(budget.after(at, plan, 10 * at)).toBeUndefined()
  expect(budget.after(91, plan, 310)).toBe(92)
})

test('seconds in which no step was taken change the time left, and not the pace', () => {
  const plan = planRun({ batch: 10, epochs: 10 }, 1000)
  const at = (paused: number) => {
    const budget = new Budget(60)
    for (let step = 1; step <= 100; step++) {
      const changed = budget.after(step, plan, step * 0.06 + (step > 50 ? paused : 0), step > 50 ? paused : 0)
      if (changed !== undefined) return changed
    }
    return undefined
  }
  // 1,000 steps of 60 ms are a minute
  expect(at(5)).toBeUndefined()
  expect(at(40)).toBeLessThan(400)
})

test('a run of solved steps and others takes what both take, each at its pace', () => {
  const pace = (secondsPerStep: number) => ({ secondsPerStep, waiting: 0 })
  const both = { solving: pace(1), training: pace(0.1), solved: (steps: number) => Math.min(steps / 2, 30) }
  expect(secondsOf(both, 100)).toBeCloseTo(30 + 7)
  expect(secondsOf(both, 20)).toBeCloseTo(10 + 1)
  expect(secondsOf({ training: pace(0.1), solved: () => 0 }, 100)).toBeCloseTo(10)
})
