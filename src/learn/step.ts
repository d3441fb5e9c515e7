/** One optimiser step: views, both networks, the loss, gradients, the optimisers, then the target. */
import type { Packed } from '../images/batches.js'
import { manualSeed, scope, type Tensor, tensor } from '../torch/index.js'
import { drawMasks, drawViews, finishedViews, viewSize } from './augment/apply.js'
import { stream } from './augment/random.js'
import { grainOf } from './encoder/build.js'
import type { Input } from './extract/extract.js'
import { clip, initialize, lossAndGradients, trainPredictor } from './gradients.js'
import type { LossContext } from './loss/loss.js'
import { learningRateAt, type Plan, weightDecayAt } from './pace.js'
import type { TrainingState } from './state.js'
import { follow, tauAt } from './target.js'
import { ALONE } from './world.js'

/** Pictures as read, with their classes where the source knows them. */
export interface Part extends Packed {
  /** Of each of `used`. */
  labels?: Int32Array
}

export interface StepResult {
  loss: number
  /** Learning rate of the encoder. */
  learningRate: number
  /** Absent where the online network answers itself. */
  tau?: number
  /** Float32 vectors `[N, d]` of up to two views of the last part of the batch, for the measures. The caller frees them. */
  projections: Tensor[]
}

/**
 * Takes one step with a batch given in `accumulate` equal parts: gradients are averaged over the parts, and the
 * optimisers and the target move once. A pure function of the state, the settings and the pictures.
 * @param viewsOf makes the views of a part; given only where the rest of a step is looked at alone
 */
export function takeStep(
  state: TrainingState,
  parts: readonly Part[],
  plan: Plan,
  viewsOf: typeof makeInputs = makeInputs,
): StepResult {
  const { settings, trained, groups, followed } = state
  return scope(() => {
    // drop path, random directions and the like depend on the step alone, or a resumed run would differ
    manualSeed(Math.floor(stream(settings.seed, state.step, STEP)() * 2 ** 32))
    const sums: (Tensor | null)[] = trained.map(() => null)
    const learningRate = learningRateAt(settings, plan, state.step)
    const weightDecay = weightDecayAt(settings.optimizer, state.step, plan)
    let loss = 0
    let projections: Tensor[] = []
    for (const part of parts) {
      const context = contextOf(state, part, plan)
      const inputs = viewsOf(state, part, plan)
      if (state.step === 0 && part === parts[0]) initialize(state, inputs)
      trainPredictor(state, inputs, context, rateOf(state, 'predictor', plan), weightDecay)
      const result = lossAndGradients(state, inputs, context, sums, 1 / parts.length)
      loss += result.loss
      projections = result.projections
    }
    if (state.step < settings.freezePrototypes * plan.stepsPerEpoch)
      for (const i of state.prototypes) sums[i] = null
    if (settings.clip !== null) clip(sums, settings.clip)
    for (const { members, optimizer, pace } of groups) {
      const own = members.map((i) => sums[i] as Tensor | null)
      optimizer.step(own, rateOf(state, pace, plan), weightDecay)
    }
    state.step++
    if (settings.target.from === 'self') return { loss, learningRate, projections }
    const tau = tauAt(settings.target, state.step, plan.totalSteps)
    if (tau < 1) follow(followed.target, followed.online, tau)
    return { loss, learningRate, tau, projections }
  })
}

/** Marks draws that belong to a step. */
const STEP = 3_000_000

/** The learning rate of a group now. */
function rateOf({ settings, step }: TrainingState, pace: 'network' | 'predictor', plan: Plan): number {
  const { learningRate, schedule } =
    pace === 'predictor' && settings.predictor ? settings.predictor : { learningRate: 1, schedule: 'cosine' }
  return learningRate * learningRateAt(settings, plan, schedule === 'constant' ? 'highest' : step)
}

/** The views of a part, standardised, in the precision in which the network begins. */
export function makeInputs(
  { method, settings, online, step }: TrainingState,
  part: Part,
  { stepsPerEpoch }: Plan,
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

function contextOf({ method, step }: TrainingState, part: Part, { stepsPerEpoch }: Plan): LossContext {
  const { used, labels } = part
  // a picture without a label is a class of its own
  const classes = labels?.map((label, i) => (label < 0 ? -2 - (used[i] as number) : label))
  const ids = (method.loss.needsLabels && classes) || used
  return {
    epoch: step / stepsPerEpoch,
    similarity: method.similarity,
    ids: tensor(ids, undefined, 'int64'),
    world: ALONE,
  }
}
