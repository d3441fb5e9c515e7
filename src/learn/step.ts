/** The two parts of an optimiser step: the host's makes views, the device's runs networks, loss, optimisers and the EMA update. */

import { STREAMS, stream } from '../encode/random.js'
import type { Packed } from '../images/batches.js'
import type { Amount } from '../nn/index.js'
import { manualSeed, scope, type Tensor, tensor } from '../torch/index.js'
import { drawMasks, drawViews, finishedViews, viewSize } from './augment/apply.js'
import { sizeMultiple } from './encoder/build.js'
import type { Input } from './extract/extract.js'
import { clip, lossAndGradients, trainPredictor } from './gradients.js'
import type { LossContext } from './loss/loss.js'
import { learningRateAt, type Plan, plannedSteps, schedulePoint, weightDecayAt } from './schedule.js'
import type { TrainingState } from './state.js'
import { emaUpdate, tauAt } from './target.js'
import { ALONE } from './world.js'

/** Pictures as read, one of `accumulate` equal parts of a batch, with their classes where the source has labels. */
export interface MicroBatch extends Packed {
  /** Of each of `used`. */
  labels?: Int32Array
}

/** A micro-batch as the networks get it: standardised views, float32 or already rounded to the run's precision. */
export interface StepInputs {
  inputs: Input[]
  /** Int64 `[N]`, as `LossContext` has it. */
  ids: Tensor
}

/** The scheduled numbers of one step. */
export interface StepRates<A extends Amount = Amount> {
  /** Learning rate of encoder, projector and loss. */
  network: A
  /** That of an encoder that was given, in its place. */
  encoder: A
  /** Learning rate of the predictor. */
  predictor: A
  weightDecay: A
  /** Absent where the online network is its own target. */
  tau?: A
}

/** What a step computed, on the device. */
export interface StepOutputs {
  /** Float32 `[]`. */
  loss: Tensor
  /** Float32 vectors `[N, d]` of up to two views of the last micro-batch, for the collapse measures. */
  projections: Tensor[]
}

export interface StepResult {
  loss: number
  /** Learning rate of the network; an encoder that was given learns at a share of it. */
  learningRate: number
  /** Absent where the online network is its own target. */
  tau?: number
  /** As `StepOutputs` has them; the caller frees them. */
  projections: Tensor[]
}

/** Drop path, random directions and the like depend on the step alone, or a resumed run would differ. */
export function seedStep({ settings, step }: TrainingState): void {
  manualSeed(Math.floor(stream(settings.seed, step, STREAMS.step)() * 2 ** 32))
}

/**
 * The device's part: gradients averaged over the micro-batches, one update of each optimiser, one EMA update of the target. Changes
 * everything in `state` but the number of its steps.
 */
export function computeStep(
  state: TrainingState,
  microBatches: readonly StepInputs[],
  rates: StepRates,
  scheduled: LossContext['scheduled'],
): StepOutputs {
  const { settings, method, trained, groups, emaPairs } = state
  return scope(() => {
    const sums: (Tensor | null)[] = trained.map(() => null)
    let loss: Tensor | undefined
    let projections: Tensor[] = []
    for (const { inputs, ids } of microBatches) {
      const context = { scheduled, similarity: method.similarity, ids, world: ALONE }
      trainPredictor(state, inputs, context, rates.predictor, rates.weightDecay)
      const result = lossAndGradients(state, inputs, context, sums, 1 / microBatches.length)
      loss = loss ? loss.add(result.loss) : result.loss
      projections = result.projections
    }
    if (scheduled((epoch) => Number(epoch < settings.freezePrototypes)))
      for (const i of state.frozenAtFirst) sums[i] = null
    const frozen = (settings.given?.frozen ?? 0) * settings.epochs
    if (scheduled((epoch) => Number(epoch < frozen))) for (const i of state.given) sums[i] = null
    if (settings.clip !== null) clip(sums, settings.clip)
    for (const { name, members, optimizer } of groups) {
      const own = members.map((i) => sums[i] as Tensor | null)
      optimizer.step(own, rates[name], rates.weightDecay)
    }
    if (rates.tau !== undefined && rates.tau !== 1) emaUpdate(emaPairs.target, emaPairs.online, rates.tau)
    return { loss: loss as Tensor, projections }
  })
}

type Chosen = Pick<TrainingState, 'settings' | 'method'>

/** How many of the first of `steps` have a solution in closed form, as the method's loss says; it may be more than there are. */
export function solvedOf({ settings: { batch, loss }, method }: Chosen, steps: number): number {
  return method.loss.solved?.({ ...method.loss.options, ...loss }, { batch, steps }) ?? 0
}

/** The same of a run's: as it was planned at first, or its length would move them. */
export function solvedSteps(chosen: Chosen, plan: Plan): number {
  return Math.min(solvedOf(chosen, plannedSteps(plan)), plan.totalSteps)
}

/** Whether none of a run's steps is taken by gradients. */
export function isSolved(chosen: Chosen, plan: Plan): boolean {
  return solvedSteps(chosen, plan) === plan.totalSteps
}

/** The device's part of a step that is solved. */
export function solveStep(
  { loss, online, step }: TrainingState,
  microBatches: readonly StepInputs[],
  steps: number,
): StepOutputs {
  const parts = microBatches.length
  return scope(() => {
    const solved = microBatches.map(({ inputs, ids }, part) =>
      loss.solve?.(online.encoder, inputs, { step: step * parts + part, steps: steps * parts, ids }),
    )
    const last = solved.at(-1) as { loss: Tensor; vectors: Tensor }
    return { loss: last.loss, projections: [last.vectors] }
  })
}

/** The rates of the next step; all schedules count updates from 0, as DeepMind's code and DINO's do. */
export function ratesAt({ settings, step }: TrainingState, plan: Plan): StepRates<number> {
  const { predictor, optimizer, target, given } = settings
  const network = learningRateAt(settings, plan, step)
  const now = schedulePoint(step, plan)
  const ofPredictor = predictor?.schedule === 'constant' ? learningRateAt(settings, plan, 'highest') : network
  return {
    network,
    encoder: (given?.learningRate ?? 1) * network,
    predictor: (predictor?.learningRate ?? 1) * ofPredictor,
    weightDecay: weightDecayAt(optimizer, step, plan),
    ...(target.from === 'follower' && { tau: tauAt(target, now.at, now.of) }),
  }
}

/** Schedules of losses, as they stand at the next step. */
export function scheduledAt({ step }: TrainingState, plan: Plan): LossContext['scheduled'] {
  return (value) => value(schedulePoint(step, plan).at / plan.stepsPerEpoch)
}

/**
 * The host's part: the views of a micro-batch, a pure function of its pictures and the step's number.
 * @param step the next one unless given
 */
export function prepareInputs(
  state: TrainingState,
  pictures: MicroBatch,
  plan: Pick<Plan, 'stepsPerEpoch'>,
  step: number = state.step,
): StepInputs {
  return scope(() => ({ inputs: viewsOf(state, pictures, plan, step), ids: idsOf(state, pictures) }))
}

function viewsOf(
  { method, settings, online }: TrainingState,
  pictures: MicroBatch,
  { stepsPerEpoch }: Pick<Plan, 'stepsPerEpoch'>,
  step: number,
): Input[] {
  const epoch = Math.floor(step / stepsPerEpoch)
  const multiple = sizeMultiple(online.encoder)
  const { seed, precision, input } = settings
  const wanted = settings.views.map((view, number) => ({
    view,
    size: viewSize(view, settings.size, multiple),
    drawn: drawViews(view, pictures, { seed, epoch, view: number }),
  }))
  const dtype = method.extract.pixels ? 'float32' : precision
  const views = finishedViews(pictures, wanted, { ...input, dtype })
  return wanted.map(({ view, size }, number) => {
    const mask = drawMasks(view, pictures, { seed, epoch, view: number }, size / multiple)
    return { x: views[number] as Tensor, mask, hidden: true }
  })
}

function idsOf({ method }: TrainingState, { used, labels }: MicroBatch): Tensor {
  // a picture without a label is a class of its own
  const classes = labels?.map((label, i) => (label < 0 ? -2 - (used[i] as number) : label))
  return tensor((method.loss.needsLabels && classes) || used, undefined, 'int64')
}
