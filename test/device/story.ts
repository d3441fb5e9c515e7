/** Steps of a method on the CPU and on another device: a GPU where there is one, else a stand-in that insists on what CUDA insists on. */
import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { expect } from 'vitest'
import { evenly } from '../../src/images/index.js'
import type { Method } from '../../src/learn/method.js'
import { findMethod } from '../../src/learn/methods/index.js'
import { planRun } from '../../src/learn/schedule.js'
import { type Overrides, resolveSettings, type Settings } from '../../src/learn/settings.js'
import { createState, disposeState, stateTensors } from '../../src/learn/state.js'
import { type MicroBatch, prepareInputs, solvedSteps } from '../../src/learn/step.js'
import { Stepper } from '../../src/learn/stepper.js'
import { packed } from '../../src/learn/testing/packed.js'
import { takeStep } from '../../src/learn/testing/take-step.js'
import { about, disposeAll, memory, useDevice, useRecorder } from '../../src/torch/index.js'

export const THERE = about().cudaDevices > 0 ? 'cuda:0' : 'privateuseone:0'
export const PICTURES = 16
export const SIZE = 32
/** Large steps down a slope that changes from step to step; AdamW's are as large where the slope is nothing but rounding. */
export const SGD: Overrides = {
  learningRate: 0.1,
  warmup: 0,
  optimizer: { name: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 1e-4 },
}

/** Makes `THERE` usable; compiling the stand-in takes minutes the first time. */
export function prepareDevice(): void {
  if (THERE.startsWith('cuda')) return
  const build = new URL('build.mjs', import.meta.url).pathname
  const standIn = execFileSync(process.execPath, [build], { encoding: 'utf8' }).trim()
  useRecorder('privateuseone', createRequire(import.meta.url)(standIn))
}

/** Other pictures at every step. */
const batch = (step: number) => ({
  ...packed(
    Array.from({ length: PICTURES }, () => [SIZE, SIZE] as const),
    3,
    Array.from({ length: PICTURES }, (_, i) => i + step * PICTURES),
  ),
  labels: Int32Array.from({ length: PICTURES }, (_, i) => i % 4),
})

/** Of so few pictures no more directions than these are known; others would be rounding. */
const FEW: Overrides = {
  encoder: { atoms: 64, directions: 8, outputs: 4 },
  loss: { dropped: 2 },
  projector: { outputs: 4 },
}

export function settingsOf(method: Method, changes: Overrides = {}): Settings {
  const facts = { pictures: PICTURES, channels: 3, nativeSize: SIZE }
  return resolveSettings(
    method,
    'small',
    { batch: PICTURES, epochs: 8, ...(method.loss.solved && FEW), ...changes },
    facts,
    'float32',
  )
}

export interface Story {
  losses: number[]
  /** Of each step: whether a recorded one was repeated. */
  repeated: boolean[]
  notes: string[]
  /** Every tensor of the state after the steps. */
  state: Map<string, number[]>
  devices: Set<string>
  left: number
  /** Steps that have a solution, and are taken before the others. */
  solved: number
}

/** Some steps from the same beginning, recorded as training records them or each by itself. */
export function story(
  name: string,
  device: string,
  how: 'recorded' | 'single',
  changes: Overrides = {},
  steps = 5,
): Story {
  useDevice(device)
  const method = findMethod(name)
  const settings = settingsOf(method, changes)
  const plan = planRun(settings, PICTURES)
  const before = memory().tensors
  const state = createState(settings, method)
  const notes: string[] = []
  const repeated: boolean[] = []
  const stepper = new Stepper(state, plan, (text) => notes.push(text))
  const recorded = (pictures: MicroBatch) => {
    const inputs = [prepareInputs(state, pictures, plan)]
    const result = stepper.start(inputs).finish()
    disposeAll(inputs)
    repeated.push(stepper.repeats)
    return result
  }
  const solved = solvedSteps(state, plan)
  const length = solved < plan.totalSteps ? steps + solved : steps
  const losses = Array.from({ length }, () => {
    const pictures = batch(state.step)
    const { loss, projections } = how === 'recorded' ? recorded(pictures) : takeStep(state, [pictures], plan)
    for (const projection of projections) projection.dispose()
    return loss
  })
  stepper.dispose()
  const tensors = stateTensors(state)
  const end = new Map([...tensors].map(([key, one]) => [key, sample(one.toFloat32())]))
  const devices = new Set([...tensors.values()].map((one) => one.device))
  disposeState(state)
  return { losses, repeated, notes, left: memory().tensors - before, state: end, devices, solved }
}

/** Up to a thousand values at even distances. */
const sample = (values: Float32Array) =>
  evenly(values.length, Math.min(1000, values.length)).map((i) => values[i] as number)

/** That `there` came to where `here` did, but for rounding; of a tensor, to `share` of its length. */
function expectAlike(here: Story, there: Story, keys: (key: string) => boolean, share: number): void {
  for (const [key, values] of here.state) {
    if (!keys(key)) continue
    const found = there.state.get(key) as number[]
    const off = Math.hypot(...values.map((value, i) => value - (found[i] as number)))
    expect(off, key).toBeLessThanOrEqual(share * (Math.hypot(...values) + 0.1))
  }
}

function expectAsOnCpu(here: Story, there: Story): void {
  expect([...there.devices]).toEqual([THERE])
  expect(there.left).toBe(0)
  for (const [i, loss] of here.losses.entries()) expect(there.losses[i]).toBeCloseTo(loss, 4)
  expectAlike(here, there, () => true, 0.02)
}

export function expectAsSingle(single: Story, recorded: Story, rounding = 2e-5): void {
  for (const [i, loss] of single.losses.entries())
    expect(Math.abs((recorded.losses[i] as number) - loss)).toBeLessThanOrEqual(
      rounding * Math.max(1, Math.abs(loss)),
    )
  // momenta are of single slopes, which turn where a ReLU does
  expectAlike(single, recorded, (key) => !key.startsWith('optimizer.'), 40 * rounding)
}

/** What asks the host for values in the middle of a step. */
const UNRECORDED: Record<string, string> = {
  'w-mse': 'aten::linalg_cholesky',
  mae: 'aten::nonzero',
  ibot: 'aten::nonzero',
}

/** That a method takes the same steps on the other device as on the CPU, and the same when one is recorded and repeated. */
export function expectSameSteps(name: string): void {
  expectAsOnCpu(story(name, 'cpu', 'single', {}, 2), story(name, THERE, 'single', {}, 2))
  const [single, recorded] = [story(name, THERE, 'single', SGD), story(name, THERE, 'recorded', SGD)]
  expect([...single.devices, ...recorded.devices]).toEqual([THERE, THERE])
  expect([single.left, recorded.left]).toEqual([0, 0])
  expectAsSingle(single, recorded)
  const asks = UNRECORDED[name]
  // the first are taken singly, and those with a solution always
  const last = recorded.repeated.length - 2
  expect(recorded.repeated).toEqual(
    recorded.repeated.map((_, i) => i >= last && i >= recorded.solved && !asks),
  )
  expect(recorded.notes).toEqual(
    asks ? [`Steps are not recorded: ${asks} cannot be repeated without the host`] : [],
  )
}
