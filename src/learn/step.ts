/** One optimiser step: views, both networks, the loss, gradients, the optimisers, then the target. */

import { stream } from '../encode/random.js'
import type { Packed } from '../images/batches.js'
import type { Amount } from '../nn/index.js'
import { manualSeed, scope, type Tensor, tensor } from '../torch/index.js'
import { drawMasks, drawViews, finishedViews, viewSize } from './augment/apply.js'
import { grainOf } from './encoder/build.js'
import type { Input } from './extract/extract.js'
import { clip, initialize, lossAndGradients, trainPredictor } from './gradients.js'
import type { LossContext } from './loss/loss.js'
import { learningRateAt, type Plan, schedulePoint, weightDecayAt } from './pace.js'
import type { TrainingState } from './state.js'
import { follow, tauAt } from './target.js'
import { ALONE } from './world.js'

/** Pictures as read, with their classes where the source knows them. */
export interface Part extends Packed {
  /** Of each of `used`. */
  labels?: Int32Array
}

/** What the host makes of a part: its views, standardised, in the precision in which the network begins. */
export interface Ready {
  inputs: Input[]
  /** Int64 `[N]`, as `LossContext` has it. */
  ids: Tensor
}

/** How far a step goes. */
export interface Pace<A extends Amount = Amount> {
  /** Learning rates. */
  network: A
  predictor: A
  weightDecay: A
  /** Absent where the online network answers itself. */
  tau?: A
}

/** What a step computed, on the device. */
export interface Computed {
  /** Float32 `[]`. */
  loss: Tensor
  /** Float32 vectors `[N, d]` of up to two views of the last part of the batch, for the measures. */
  projections: Tensor[]
}

export interface StepResult {
  loss: number
  /** Learning rate of the encoder. */
  learningRate: number
  /** Absent where the online network answers itself. */
  tau?: number
  /** As `Computed` has them; the caller frees them. */
  projections: Tensor[]
}

/**
 * Takes one step with a batch given in `accumulate` equal parts: gradients are averaged over the parts, and the
 * optimisers and the target move once. A pure function of the state, the settings and the pictures.
 */
export function takeStep(state: TrainingState, parts: readonly Part[], plan: Plan): StepResult {
  return scope(() => {
    const ready = parts.map((part) => makeReady(state, part, plan))
    seedStep(state)
    const pace = paceAt(state, plan)
    const { loss, projections } = computeStep(state, ready, pace, scheduledAt(state, plan))
    state.step++
    return { ...shown(pace), loss: loss.item(), projections }
  })
}

/** Drop path, random directions and the like depend on the step alone, or a resumed run would differ. */
export function seedStep({ settings, step }: TrainingState): void {
  manualSeed(Math.floor(stream(settings.seed, step, STEP)() * 2 ** 32))
}

/** What is told of a pace. */
export function shown({ network, tau }: Pace<number>): Pick<StepResult, 'learningRate' | 'tau'> {
  return { learningRate: network, ...(tau !== undefined && { tau }) }
}

/** The part of a step that is the device's alone: changes everything in `state` but the number of its steps. */
export function computeStep(
  state: TrainingState,
  ready: readonly Ready[],
  pace: Pace,
  scheduled: LossContext['scheduled'],
): Computed {
  const { settings, method, trained, groups, followed } = state
  return scope(() => {
    const sums: (Tensor | null)[] = trained.map(() => null)
    let loss: Tensor | undefined
    let projections: Tensor[] = []
    for (const { inputs, ids } of ready) {
      const context = { scheduled, similarity: method.similarity, ids, world: ALONE }
      if (state.step === 0 && !loss) initialize(state, inputs)
      trainPredictor(state, inputs, context, pace.predictor, pace.weightDecay)
      const result = lossAndGradients(state, inputs, context, sums, 1 / ready.length)
      loss = loss ? loss.add(result.loss) : result.loss
      projections = result.projections
    }
    if (scheduled((epoch) => Number(epoch < settings.freezePrototypes)))
      for (const i of state.frozenAtFirst) sums[i] = null
    if (settings.clip !== null) clip(sums, settings.clip)
    for (const { members, optimizer, pace: whose } of groups) {
      const own = members.map((i) => sums[i] as Tensor | null)
      optimizer.step(own, pace[whose], pace.weightDecay)
    }
    if (pace.tau !== undefined && pace.tau !== 1) follow(followed.target, followed.online, pace.tau)
    return { loss: loss as Tensor, projections }
  })
}

/** Marks draws that belong to a step. */
const STEP = 3_000_000

/** How far the next step goes; all schedules count updates from 0, as DeepMind's code and DINO's do. */
export function paceAt({ settings, step }: TrainingState, plan: Plan): Pace<number> {
  const { predictor, optimizer, target } = settings
  const network = learningRateAt(settings, plan, step)
  const now = schedulePoint(step, plan)
  const asking = predictor?.schedule === 'constant' ? learningRateAt(settings, plan, 'highest') : network
  return {
    network,
    predictor: (predictor?.learningRate ?? 1) * asking,
    weightDecay: weightDecayAt(optimizer, step, plan),
    ...(target.from === 'follower' && { tau: tauAt(target, now.at, now.of) }),
  }
}

/** Schedules of losses, as they stand at the next step. */
export function scheduledAt({ step }: TrainingState, plan: Plan): LossContext['scheduled'] {
  return (value) => value(schedulePoint(step, plan).at / plan.stepsPerEpoch)
}

/**
 * What the host gives to a step, a pure function of the pictures and the step's number.
 * @param step the next one unless given
 */
export function makeReady(state: TrainingState, part: Part, plan: Plan, step: number = state.step): Ready {
  return scope(() => ({ inputs: makeInputs(state, part, plan, step), ids: idsOf(state, part) }))
}

/** The views of a part. */
function makeInputs(
  { method, settings, online }: TrainingState,
  part: Part,
  { stepsPerEpoch }: Plan,
  step: number,
): Input[] {
  const epoch = Math.floor(step / stepsPerEpoch)
  const grain = grainOf(online.encoder)
  const { seed, precision, input } = settings
  const wanted = settings.views.map((view, number) => ({
    view,
    size: viewSize(view, settings.size, grain),
    drawn: drawViews(view, part, { seed, epoch, view: number }),
  }))
  const dtype = method.extract.pixels ? 'float32' : precision
  const views = finishedViews(part, wanted, { ...input, dtype })
  return wanted.map(({ view, size }, number) => {
    const mask = drawMasks(view, part, { seed, epoch, view: number }, size / grain)
    return { x: views[number] as Tensor, mask, hidden: true }
  })
}

function idsOf({ method }: TrainingState, { used, labels }: Part): Tensor {
  // a picture without a label is a class of its own
  const classes = labels?.map((label, i) => (label < 0 ? -2 - (used[i] as number) : label))
  return tensor((method.loss.needsLabels && classes) || used, undefined, 'int64')
}
