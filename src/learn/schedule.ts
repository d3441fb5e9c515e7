/** Length of a run, learning rate and weight decay of each step: pure functions of the settings and the plan. */
import { UsageError } from '../errors.js'
import { cosine, warmupCosine } from '../nn/index.js'
import { setting } from '../setting.js'
import type { Settings } from './settings.js'
import type { OptimizerSpec } from './settings-schema.js'

/**
 * Warm-up's share of a run whose length the preset's own warm-up does not fit. Half, as a target's outputs are noise at
 * first: docs/recipes.md.
 */
export const WARMUP_SHARE = 0.5

/** A change of a run's length on the way: after `step` steps it was given `totalSteps` in all. */
export interface Stretch {
  step: number
  totalSteps: number
}

export interface Plan {
  stepsPerEpoch: number
  totalSteps: number
  /** Where the length was changed: in order, and with the number of steps before. */
  stretched?: { plannedSteps: number; stretches: readonly Stretch[] }
}

/**
 * How many steps a run takes. The last, incomplete batch of an epoch is left out.
 * @param stretches what was decided on the way, in order
 * @throws UsageError when there are fewer pictures than a batch
 */
export function planRun(
  { batch, epochs }: Pick<Settings, 'batch' | 'epochs'>,
  pictures: number,
  stretches: readonly Stretch[] = [],
): Plan {
  if (pictures < 2)
    throw new UsageError(
      `there is ${pictures === 1 ? '1 picture' : 'no picture'}, and at least 2 are needed to learn from: add pictures`,
    )
  if (pictures < batch) {
    const smaller = Math.max(2, 2 ** Math.floor(Math.log2(Math.max(2, pictures / 2))))
    throw new UsageError(
      `there are ${pictures} pictures, fewer than one batch of ${batch}: add pictures or use ${setting('batch', smaller)}`,
    )
  }
  const stepsPerEpoch = Math.floor(pictures / batch)
  const plannedSteps = Math.max(1, Math.round(stepsPerEpoch * epochs))
  const last = stretches.at(-1)
  if (!last) return { stepsPerEpoch, totalSteps: plannedSteps }
  return { stepsPerEpoch, totalSteps: last.totalSteps, stretched: { plannedSteps, stretches } }
}

/** Steps of the plan as it was first made. */
export function plannedSteps({ totalSteps, stretched }: Plan): number {
  return stretched?.plannedSteps ?? totalSteps
}

/**
 * The step of the plan as it was first made at which schedules stand at `step`: what is left of them when a run is given more
 * steps, or fewer, is stretched over these, so that no rate jumps and all come to their end.
 * @returns the step, with a fraction, and the number of steps that schedules were made for
 */
export function schedulePoint(step: number, { totalSteps, stretched }: Plan): { at: number; of: number } {
  if (!stretched) return { at: step, of: totalSteps }
  const { plannedSteps: of, stretches } = stretched
  let [from, at, end] = [0, 0, of]
  for (const stretch of stretches) {
    if (stretch.step > step) break
    at += ((stretch.step - from) * (of - at)) / Math.max(1, end - from)
    from = stretch.step
    end = stretch.totalSteps
  }
  return { at: at + ((step - from) * (of - at)) / Math.max(1, end - from), of }
}

/** Base rate times batch / 256, warmed up and decayed. Step 0 already moves when there is no warm-up. */
export function learningRateAt(
  {
    learningRate,
    finalLearningRate,
    batch,
    warmup,
  }: Pick<Settings, 'learningRate' | 'finalLearningRate' | 'batch' | 'warmup'>,
  plan: Plan,
  step: number | 'highest',
): number {
  const base = (learningRate * batch) / 256
  if (step === 'highest') return base
  const { at, of } = schedulePoint(step, plan)
  return warmupCosine(at, {
    base,
    warmup: Math.round(warmup * plan.stepsPerEpoch),
    total: of,
    final: base * finalLearningRate,
  })
}

/** Along a cosine from the optimiser's weight decay to its final one (DINO, arXiv 2104.14294). */
export function weightDecayAt(
  { weightDecay, finalWeightDecay = weightDecay }: Pick<OptimizerSpec, 'weightDecay' | 'finalWeightDecay'>,
  step: number,
  plan: Plan,
): number {
  const { at, of } = schedulePoint(step, plan)
  return finalWeightDecay + (weightDecay - finalWeightDecay) * cosine(at / of)
}
