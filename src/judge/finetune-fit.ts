/** Supervised training of a whole network: what fine-tuning and the supervised rival have in common. */
import { judgingStream, permutation } from '../encode/random.js'
import { cosine, type Linear, type Module, type Pass, parameters, sgd } from '../nn/index.js'
import { autocast, grad, manualSeed, ops, scope, type Tensor, tensor } from '../torch/index.js'

/** Pictures that go through a network together. */
export interface LabelledBatch {
  /** Standardised `[N, C, H, W]`, float32 or bfloat16. The one who asked frees it. */
  views: Tensor
  /** One class a picture, N. */
  labels: Int32Array
}

/** Rows that are wanted as a batch, and the epoch that their views are drawn for. */
export interface Wanted {
  rows: Int32Array
  epoch: number
}

/** Labelled pictures by their row. */
export interface LabelledPictures {
  /** One class a row, from 0 to `classes` - 1. */
  labels: Int32Array
  classes: number
  /** Random crops, mirrored or not: a pure function of row and epoch. A batch for each of `wanted`, in turn. */
  augmented(wanted: Iterable<Wanted>): AsyncIterable<LabelledBatch>
  /** The plain views that are judged, of these rows in turn. */
  plain(rows: Int32Array): AsyncIterable<LabelledBatch>
}

/** A network whose weights are trained. */
export interface Network extends Module {
  /** Length of its feature vectors. */
  readonly features: number
  /** All that belongs to it by name: what requires a gradient is trained, the rest are running statistics. */
  readonly state: ReadonlyMap<string, Tensor>
}

export interface FitOptions {
  /** Of SGD, at its highest. */
  learningRate: number
  /** L2 decay; biases and norms are exempt. */
  weightDecay: number
  /** Passes over the rows; may have a fraction. */
  epochs: number
  /** Pictures a step; all of the rows where there are fewer. */
  batch: number
  /** Epochs in which the learning rate rises from 0. */
  warmup: number
  precision: 'float32' | 'bfloat16'
  seed: number
  /** Told the pictures of every step. */
  onStep?: (pictures: number) => void
}

/** Steps that a fit of so many pictures takes, and its pictures a step. The last, incomplete batch of an epoch waits. */
export function planFit(pictures: number, { epochs, batch }: Pick<FitOptions, 'epochs' | 'batch'>) {
  const each = Math.min(batch, pictures)
  const perEpoch = Math.floor(pictures / each)
  return { batch: each, perEpoch, steps: Math.max(1, Math.round(epochs * perEpoch)) }
}

/**
 * Trains all weights of the network and its linear head on the given rows, in place: cross-entropy, SGD with Nesterov
 * momentum 0.9, a cosine to 0 (BYOL, arXiv 2006.07733, appendix C). Running statistics follow with 1 - max(1 - 10 / s,
 * 0.9) a step, s steps an epoch, as there, but forget what was before the first step.
 * @returns whether every loss was a number; it stops at the first that is not
 */
export async function fit(
  network: Network,
  head: Linear,
  pictures: LabelledPictures,
  rows: Int32Array,
  options: FitOptions,
): Promise<boolean> {
  const { learningRate, weightDecay, warmup, precision, seed, onStep } = options
  const { batch, perEpoch, steps } = planFit(rows.length, options)
  const trained = new Map([
    ...[...network.state].filter(([, one]) => one.requiresGrad),
    ...parameters(head, 'head'),
  ])
  const optimizer = sgd(trained, { nesterov: true, weightDecay })
  const weights = [...trained.values()]
  const usual = Math.min(0.1, 10 / perEpoch)
  const rising = Math.min(steps, Math.round(warmup * perEpoch))
  let step = 0
  let loss = 0
  try {
    for await (const { views, labels } of pictures.augmented(
      orders(rows, { batch, perEpoch, steps }, seed),
    )) {
      try {
        loss = scope(() => {
          // drop path draws from libtorch's own generator
          manualSeed(Math.floor(judgingStream(seed, step, 0xd7a)() * 2 ** 32))
          const pass: Pass = { training: true, momentum: Math.max(usual, 1 / (step + 1)) }
          const features = autocast(precision, () => network.forward(views, pass)).to('float32')
          const found = ops.cross_entropy_loss(head.forward(features), tensor(labels).to('int64'))
          const rate =
            step < rising ? (step + 1) / rising : cosine((step - rising) / Math.max(1, steps - rising))
          optimizer.step(grad(found, weights), learningRate * rate)
          return found.item()
        })
      } finally {
        views.dispose()
      }
      step++
      onStep?.(labels.length)
      if (!Number.isFinite(loss)) return false
    }
    return true
  } finally {
    for (const one of optimizer.state.values()) one.dispose()
  }
}

/** Every epoch in an order of its own. */
function* orders(
  rows: Int32Array,
  { batch, perEpoch, steps }: ReturnType<typeof planFit>,
  seed: number,
): Generator<Wanted> {
  let order = rows
  for (let step = 0; step < steps; step++) {
    const epoch = Math.floor(step / perEpoch)
    const within = step % perEpoch
    if (within === 0) order = permutation(judgingStream(seed, epoch, 0xf17), rows.length)
    const places = order.subarray(within * batch, (within + 1) * batch)
    yield { epoch, rows: Int32Array.from(places, (place) => rows[place] as number) }
  }
}
