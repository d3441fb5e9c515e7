/** The loss of a batch and its gradients: both networks on their views, and the method's comparison. */
import { SelfsameError } from '../errors.js'
import { type Amount, INITIALIZE, type Pass, TRAIN } from '../nn/index.js'
import { autocast, castOnce, grad, noGrad, ops, scope, Tensor } from '../torch/index.js'
import type { EncoderChange } from './encoder/spec.js'
import type { Input, Output } from './extract/extract.js'
import type { LossContext, Views } from './loss/loss.js'
import type { Settings } from './settings.js'
import type { Branch, TrainingState } from './state.js'
import { viewPairs } from './view-pairs.js'

type Sums = (Tensor | null)[]
type Outputs = Map<number, Output>

/**
 * Adds `weight` times the gradients of the loss of one micro-batch to `sums`, then updates the loss's own buffers (queues, centres).
 * Where the loss compares only views of one picture, each query's share is differentiated before the next view is computed:
 * half the memory, the same sum.
 */
export function lossAndGradients(
  state: TrainingState,
  inputs: readonly Input[],
  context: LossContext,
  sums: Sums,
  weight: number,
): { loss: Tensor; projections: Tensor[] } {
  const { method, settings, target, loss, trained } = state
  const all = () => {
    const numbers = viewPairs(settings)
    const targets = target && targetOutputs(state, target, inputs)
    const separable = targets !== undefined && method.loss.pairs === 'positive'
    const shares = separable ? numbers.queries.map((number) => [number]) : [numbers.online]
    let total: Tensor | undefined
    let own: Outputs = new Map()
    const vectors = new Map<number, Tensor>()
    for (const share of shares) {
      const kept = scope(() => {
        const online = new Map(share.map((number) => [number, onlineOutput(state, inputs[number] as Input)]))
        const views: Views = { online, target: targets ?? ownTargets(online, settings), pairs: numbers.pairs }
        const sum = oneNumber(loss.compute(views, context), method).mul(weight)
        accumulate(sums, grad(sum, trained))
        const seen = [...online].map(([number, { vector }]) => [number, vector.detach()] as const)
        return { sum: sum.detach(), seen, own: targets ? own : detached(views.target), sums }
      })
      total = total ? total.add(kept.sum) : kept.sum
      own = kept.own
      for (const [number, vector] of kept.seen) vectors.set(number, vector)
    }
    loss.update?.(targets ?? own, context)
    for (const [number, { vector }] of targets ?? []) if (!vectors.has(number)) vectors.set(number, vector)
    const projections = [...vectors].sort(([a], [b]) => a - b).map(([, vector]) => vector)
    return { loss: total as Tensor, projections: projections.slice(0, 2), sums }
  }
  return scope(() => castOnce(settings.precision, all))
}

/** @throws SelfsameError when a loss of the user's own is no single number */
function oneNumber(loss: Tensor, { name, loss: { name: part } }: TrainingState['method']): Tensor {
  if (loss instanceof Tensor && loss.numel === 1) return loss
  throw new SelfsameError(
    `the loss '${part}' of ${name} gave ${loss}, expected one number: end it with mean() or sum()`,
  )
}

/** Whitens the first layer and fits data-dependent norms of both networks on the first view; running statistics stay as they are. */
export function initialize(
  { settings, online, target, method }: TrainingState,
  [input]: readonly Input[],
): void {
  const { encoder, projector, predictor } = settings
  const { norm, firstLayer }: EncoderChange = encoder
  const norms = [norm, projector.norm, projector.outputNorm, predictor?.norm, predictor?.outputNorm]
  const fromPictures =
    norms.includes('data') || firstLayer === 'whitening' || online.encoder.startsFromPictures
  if (!input || !fromPictures) return
  const pass = { ...INITIALIZE, momentum: 0 }
  scope(() =>
    noGrad(() => {
      const { vector } = embed(online, input, method, settings, pass)
      online.predictor?.forward(vector, pass)
      if (target) embed(target, { ...input, hidden: false }, method, settings, pass)
    }),
  )
}

/** Extra updates of the predictor alone at its own rate, the outputs of both networks kept fixed (BYOL, appendix on its predictor). */
export function trainPredictor(
  state: TrainingState,
  inputs: readonly Input[],
  context: LossContext,
  learningRate: Amount,
  weightDecay?: Amount,
): void {
  const { settings, online, target, loss, method, groups, trained } = state
  const { predictor } = settings
  const group = groups.find(({ name }) => name === 'predictor')
  if (!predictor || !group || predictor.updates < 2) return
  scope(() => {
    const numbers = viewPairs(settings)
    const fixed = noGrad(() => embedAll(online, numbers.online, inputs, method, settings))
    const targets = target ? targetOutputs(state, target, inputs) : ownTargets(fixed, settings)
    const parameters = group.members.map((i) => trained[i] as Tensor)
    for (let update = 1; update < predictor.updates; update++) {
      scope(() => {
        const predicted = new Map(
          [...fixed].map(([number, output]) => [number, predict(online, output, settings)]),
        )
        const sum = loss.compute({ online: predicted, target: targets, pairs: numbers.pairs }, context)
        group.optimizer.step(grad(sum, parameters), learningRate, weightDecay)
      })
    }
  })
}

/** Shortens each gradient that is longer than `most`, in place, as DINO does. */
export function clip(gradients: Sums, most: number): void {
  scope(() =>
    noGrad(() => {
      const some = gradients.filter((one) => one !== null)
      const factors = ops.stack(ops._foreach_norm(some)).add(1e-6).reciprocal().mul(most).clamp_max(1)
      ops._foreach_mul_(some, factors.unbind())
    }),
  )
}

function targetOutputs(
  { method, settings }: TrainingState,
  target: Branch,
  inputs: readonly Input[],
): Outputs {
  return scope(() =>
    noGrad(() => embedAll(target, viewPairs(settings).targets, inputs, method, settings, false)),
  )
}

/** The online network's own outputs as targets. */
function ownTargets(online: Outputs, settings: Settings): Outputs {
  const { targets } = viewPairs(settings)
  const own = new Map([...online].filter(([number]) => targets.includes(number)))
  return settings.target.from === 'self' && settings.target.stopGradient ? detached(own) : own
}

function detached(outputs: ReadonlyMap<number, Output>): Outputs {
  return mapTensors(outputs, (tensor) => tensor.detach()) as Outputs
}

function embedAll(
  branch: Branch,
  numbers: readonly number[],
  inputs: readonly Input[],
  method: TrainingState['method'],
  settings: Settings,
  hidden = true,
): Outputs {
  return new Map(
    numbers.map((number) => {
      const input = { ...(inputs[number] as Input), hidden }
      return [number, embed(branch, input, method, settings, TRAIN)]
    }),
  )
}

/** The online network's output of one view, its predictor's included. */
function onlineOutput({ online, method, settings }: TrainingState, input: Input): Output {
  return predict(online, embed(online, input, method, settings, TRAIN), settings)
}

function predict({ predictor }: TrainingState['online'], output: Output, { precision }: Settings): Output {
  if (!predictor) return output
  return { ...output, prediction: mixed(precision, () => predictor.forward(output.vector, TRAIN)) }
}

/** Networks in mixed precision, results in float32 so that losses and norms keep their digits. */
function embed(
  { encoder, projector }: Branch,
  input: Input,
  { extract }: TrainingState['method'],
  { precision }: Settings,
  pass: Pass,
): Output {
  return scope(() => {
    const output = autocast(precision, () => extract.embed(encoder, projector, input, pass))
    return mapTensors(output, (tensor) =>
      tensor.dtype === 'bfloat16' ? tensor.to('float32') : tensor,
    ) as Output
  })
}

function mixed(precision: Settings['precision'], body: () => Tensor): Tensor {
  return autocast(precision, body).to('float32')
}

/** A value with every tensor in it replaced. */
function mapTensors(value: unknown, change: (tensor: Tensor) => Tensor): unknown {
  const inside = (one: unknown) => mapTensors(one, change)
  if (value instanceof Tensor) return change(value)
  if (Array.isArray(value)) return value.map(inside)
  if (value instanceof Map) return new Map([...value].map(([key, one]) => [key, inside(one)]))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, inside(one)]))
}

function accumulate(sums: Sums, gradients: readonly (Tensor | null)[]): void {
  const both: [Tensor[], Tensor[]] = [[], []]
  for (const [i, gradient] of gradients.entries()) {
    const sum = sums[i]
    if (sum && gradient) {
      both[0].push(sum)
      both[1].push(gradient)
    } else {
      sums[i] = sum ?? gradient
    }
  }
  if (both[0].length > 0) noGrad(() => ops._foreach_add_(both[0], both[1]))
}
