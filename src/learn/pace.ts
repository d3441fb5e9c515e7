/** How fast a run learns at each step: pure functions of the settings and the plan. */
import { UsageError } from '../errors.js'
import { cosine, warmupCosine } from '../nn/index.js'
import type { OptimizerSpec } from './optimizers.js'
import type { Settings } from './settings.js'

/**
 * Warm-up's share of a run whose length the preset's own warm-up does not fit. Half, as the answers of a target are noise at
 * first: docs/recipes.md.
 */
export const WARMUP_SHARE = 0.5

export interface Plan {
  stepsPerEpoch: number
  totalSteps: number
}

/**
 * How many steps a run takes. The last, incomplete batch of an epoch is left out.
 * @throws UsageError when there are fewer pictures than a batch
 */
export function planRun({ batch, epochs }: Pick<Settings, 'batch' | 'epochs'>, pictures: number): Plan {
  if (pictures < batch) {
    throw new UsageError(
      `there are ${pictures} pictures, fewer than one batch of ${batch}: add pictures or use --batch ${Math.max(2, 2 ** Math.floor(Math.log2(Math.max(2, pictures / 2))))}`,
    )
  }
  const stepsPerEpoch = Math.floor(pictures / batch)
  return { stepsPerEpoch, totalSteps: Math.max(1, Math.round(stepsPerEpoch * epochs)) }
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
  return warmupCosine(step, {
    base,
    warmup: Math.round(warmup * plan.stepsPerEpoch),
    total: plan.totalSteps,
    final: base * finalLearningRate,
  })
}

/** Along a cosine from the optimiser's weight decay to its final one (DINO, arXiv 2104.14294). */
export function weightDecayAt(
  { weightDecay, finalWeightDecay = weightDecay }: Pick<OptimizerSpec, 'weightDecay' | 'finalWeightDecay'>,
  step: number,
  { totalSteps }: Plan,
): number {
  return finalWeightDecay + (weightDecay - finalWeightDecay) * cosine(step / totalSteps)
}
