import { noGrad, ops, scope, type Tensor } from '../torch/index.js'
import { type Amount, addScaled, complement, product, scale } from './amount.js'
import { buffer } from './init.js'

/** Changes parameters in place from their gradients; all its memory is in `state`. */
export interface Optimizer {
  /**
   * `gradients` in the order of the parameters it was made for, null where the loss does not reach. `weightDecay` replaces the
   * optimiser's own where that follows a schedule.
   */
  step(gradients: readonly (Tensor | null)[], learningRate: Amount, weightDecay?: Amount): void
  /** Momentum buffers and the like by name, for checkpoints. */
  readonly state: ReadonlyMap<string, Tensor>
}

export type Parameters = ReadonlyMap<string, Tensor>

/** Biases and norm scales, which decay and trust ratios leave alone: every parameter of one dimension or none. */
export function isBiasOrNorm(parameter: Tensor): boolean {
  return parameter.shape.length <= 1
}

/** Zeros like each parameter, named `prefix.name`. */
function zerosLike(parameters: Parameters, prefix: string, state: Map<string, Tensor>): Tensor[] {
  return [...parameters].map(([name, parameter]) => {
    const zeros = buffer(() => noGrad(() => parameter.zeros_like()))
    state.set(`${prefix}.${name}`, zeros)
    return zeros
  })
}

/** Fresh copies of the gradients there are, and the same places of other lists: what has none stays as it is. */
function reached(gradients: readonly (Tensor | null)[]) {
  const places = gradients.flatMap((gradient, i) => (gradient ? [i] : []))
  return {
    g: places.map((i) => (gradients[i] as Tensor).clone()),
    of: <T>(list: readonly T[]): T[] => places.map((i) => list[i] as T),
  }
}

function pick<T>(list: readonly T[], flags: readonly boolean[], wanted: boolean): T[] {
  return list.filter((_, i) => flags[i] === wanted)
}

export interface SgdOptions {
  momentum?: number
  nesterov?: boolean
  /** Added to the gradient as `weightDecay * w`, except for biases and norms. */
  weightDecay?: number
}

/** `buf = momentum * buf + g`, `w -= lr * buf` (Nesterov: `w -= lr * (g + momentum * buf)`), as PyTorch's SGD. */
export function sgd(parameters: Parameters, options: SgdOptions = {}): Optimizer {
  const { momentum = 0.9, nesterov = false, weightDecay: ownDecay = 0 } = options
  const state = new Map<string, Tensor>()
  const all = [...parameters.values()]
  const exempt = all.map(isBiasOrNorm)
  const velocities = momentum > 0 ? zerosLike(parameters, 'momentum', state) : []
  const step = (gradients: readonly (Tensor | null)[], learningRate: Amount, weightDecay: Amount) => {
    const { g, of } = reached(gradients)
    if (g.length === 0) return
    const [weights, free] = [of(all), of(exempt)]
    const decayed = pick(weights, free, false)
    if (weightDecay !== 0) addScaled(pick(g, free, false), decayed, weightDecay)
    let change = g
    if (momentum > 0) {
      const velocity = of(velocities)
      ops._foreach_mul_(velocity, momentum)
      ops._foreach_add_(velocity, g)
      if (nesterov) ops._foreach_add_(g, velocity, { alpha: momentum })
      else change = velocity
    }
    addScaled(weights, change, product(learningRate, -1))
  }
  return {
    state,
    step: (gradients, learningRate, weightDecay = ownDecay) =>
      scope(() => noGrad(() => step(gradients, learningRate, weightDecay))),
  }
}

export interface LarsOptions {
  momentum?: number
  weightDecay?: number
  /** Trust coefficient eta. */
  trust?: number
}

/**
 * LARS by DeepMind's rule (their BYOL code): `u = g + wd * w`, `trust = eta * |w| / |u|` when both norms are above 0, else
 * 1, `buf = momentum * buf + trust * u`, `w -= lr * buf`. Biases and norms get neither decay nor trust ratio.
 * You et al. 2017 (arXiv 1708.03888).
 */
export function lars(parameters: Parameters, options: LarsOptions = {}): Optimizer {
  const { momentum = 0.9, weightDecay: ownDecay = 0, trust = 1e-3 } = options
  const state = new Map<string, Tensor>()
  const all = [...parameters.values()]
  const exempt = all.map(isBiasOrNorm)
  const velocities = zerosLike(parameters, 'momentum', state)
  const step = (gradients: readonly (Tensor | null)[], learningRate: Amount, weightDecay: Amount) => {
    const { g: u, of } = reached(gradients)
    if (u.length === 0) return
    const [weights, velocity, free] = [of(all), of(velocities), of(exempt)]
    const [adapted, uAdapted] = [pick(weights, free, false), pick(u, free, false)]
    if (adapted.length > 0) {
      addScaled(uAdapted, adapted, weightDecay)
      const weightNorms = ops.stack(ops._foreach_norm(adapted))
      const updateNorms = ops.stack(ops._foreach_norm(uAdapted))
      const both = weightNorms.gt(0).logical_and(updateNorms.gt(0))
      const ratio = ops.where(both, weightNorms.mul(trust).div(updateNorms), ops.ones_like(weightNorms))
      ops._foreach_mul_(uAdapted, ratio.unbind())
    }
    ops._foreach_mul_(velocity, momentum)
    ops._foreach_add_(velocity, u)
    addScaled(weights, velocity, product(learningRate, -1))
  }
  return {
    state,
    step: (gradients, learningRate, weightDecay = ownDecay) =>
      scope(() => noGrad(() => step(gradients, learningRate, weightDecay))),
  }
}

export interface AdamWOptions {
  betas?: readonly [number, number]
  eps?: number
  /** Decoupled: `w -= lr * weightDecay * w`, except for biases and norms. */
  weightDecay?: number
  /** Adds `weightDecay * w` to the gradient of every parameter instead: the older Adam, as PyTorch's. */
  coupled?: boolean
}

/**
 * Adam (Kingma & Ba 2014, arXiv 1412.6980), with decoupled weight decay unless said otherwise: Loshchilov & Hutter 2019 (arXiv
 * 1711.05101), as PyTorch's AdamW.
 */
export function adamw(parameters: Parameters, options: AdamWOptions = {}): Optimizer {
  const { betas = [0.9, 0.999], eps = 1e-8, weightDecay: ownDecay = 0.01, coupled = false } = options
  const state = new Map<string, Tensor>()
  const all = [...parameters.values()]
  const exempt = all.map(isBiasOrNorm)
  const firsts = zerosLike(parameters, 'first', state)
  const seconds = zerosLike(parameters, 'second', state)
  const steps = buffer(() => ops.zeros([all.length]))
  state.set('steps', steps)
  const step = (gradients: readonly (Tensor | null)[], learningRate: Amount, weightDecay: Amount) => {
    const { g, of } = reached(gradients)
    if (g.length === 0) return
    const [weights, first, second] = [of(all), of(firsts), of(seconds)]
    // a parameter that was frozen at first has taken fewer, and its moments are those of fewer gradients
    ops._foreach_add_(of(steps.unbind()), 1)
    const taken = steps.to('float64')
    const rates = complement(ops.pow(betas[0], taken)) as Tensor
    const roots = (complement(ops.pow(betas[1], taken)) as Tensor).sqrt()
    const decayed = pick(weights, of(exempt), false)
    if (coupled && weightDecay !== 0) addScaled(g, weights, weightDecay)
    else if (weightDecay !== 0) scale(decayed, complement(product(learningRate, weightDecay)))
    ops._foreach_mul_(first, betas[0])
    ops._foreach_add_(first, g, { alpha: 1 - betas[0] })
    ops._foreach_mul_(second, betas[1])
    ops._foreach_addcmul_(second, g, g, 1 - betas[1])
    const root = ops._foreach_sqrt(second)
    ops._foreach_div_(root, of(roots.unbind()))
    ops._foreach_add_(root, eps)
    const change = ops._foreach_div(first, root)
    ops._foreach_div_(change, of(rates.unbind()))
    addScaled(weights, change, product(learningRate, -1))
  }
  return {
    state,
    step: (gradients, learningRate, weightDecay = ownDecay) =>
      scope(() => noGrad(() => step(gradients, learningRate, weightDecay))),
  }
}
