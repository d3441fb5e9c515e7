/** Pictures to feature vectors, by trained and untrained encoders. */
import { type BatchOptions, batches, type Packed } from '../images/batches.js'
import { evenly } from '../images/evenly.js'
import type { Source } from '../images/source.js'
import { EVAL, type Pass, TRAIN } from '../nn/index.js'
import { autocast, keep, noGrad, ops, scope, type Tensor } from '../torch/index.js'
import type { Finish } from './crops.js'
import type { Encoder } from './encoder.js'
import { type InputSpec, unstandardize } from './input.js'
import { type Precision, type Preprocess, preprocess } from './preprocess.js'

const BATCH = 256

export interface Embedded {
  /** Float32 `[N, features]` for each encoder, in the order given. The caller frees them. */
  features: Tensor[]
  /** What the encoders saw, uint8 `[N, C, h, w]` with sides of at most 32 px. The caller frees it. */
  pictures: Tensor
  /** `[N]`: the index each row was read from; another than asked where a picture could not be read. */
  used: Int32Array
}

export interface EmbedOptions extends BatchOptions {
  /** Indices in the order of the rows; all by default. */
  order?: ArrayLike<number>
  /** Makes what is looked at, `[N, C, h, w]`, in place of the centred square. */
  look?: (batch: Packed, finish: Finish) => Tensor
  progress?: (done: number, total: number) => void
}

/** Embeds pictures with several encoders in one pass over them, in evaluation mode. */
export async function embed(
  source: Source,
  encoders: readonly Encoder[],
  how: Preprocess,
  { order, look, progress, ...reading }: EmbedOptions = {},
): Promise<Embedded> {
  const indices = order ? Array.from(order) : Array.from({ length: source.size }, (_, i) => i)
  const used = new Int32Array(indices.length)
  let done = 0
  let all: Tensor[] | undefined
  try {
    for await (const batch of batches(source, chunks(indices, BATCH), reading)) {
      scope(() => {
        const x = look ? look(batch, { ...how.input, dtype: 'float32' }) : preprocess(batch, how)
        const made = [...encoders.map((encoder) => encode(encoder, x, how.precision)), shrink(x, how.input)]
        // in their place at once: put together at the end they would take twice the memory
        all ??= keep(made.map((rows) => rows.new_empty([indices.length, ...rows.shape.slice(1)])))
        for (const [i, rows] of made.entries()) all[i]?.narrow(0, done, batch.used.length).copy_(rows)
      })
      used.set(batch.used, done)
      done += batch.used.length
      progress?.(done, indices.length)
      // let a waiting Ctrl-C be heard
      await new Promise(setImmediate)
    }
    if (!all) throw new RangeError(`expected pictures to embed, got none of ${source.name}`)
    const features = all.slice(0, -1)
    const pictures = all.at(-1) as Tensor
    all = undefined
    return { features, pictures, used }
  } finally {
    for (const tensor of all ?? []) tensor.dispose()
  }
}

/** Standardised `[N, C, size, size]` to float32 `[N, features]`, in evaluation mode and without a graph. */
export function encode(encoder: Encoder, x: Tensor, precision: Precision): Tensor {
  return scope(() => noGrad(() => autocast(precision, () => encoder.forward(x, EVAL)).to('float32')))
}

const SMALL_SIDE = 32

/** Standardised views as pictures of at most 32 px, uint8. */
function shrink(x: Tensor, input: InputSpec): Tensor {
  const side = Math.min(SMALL_SIDE, x.shape[3] as number)
  const small = side < (x.shape[3] as number) ? ops.adaptive_avg_pool2d(x, [side, side]) : x
  return unstandardize(small, input).mul(255).round().clamp(0, 255).to('uint8')
}

const CALIBRATION_BATCHES = 20

/**
 * Gives an untrained encoder the running statistics of its own activations. Whoever wants an untrained network asks
 * `untrainedState` of learn, which does this, too.
 */
export async function calibrate(
  encoder: Encoder,
  source: Source,
  how: Preprocess,
  reading: BatchOptions = {},
): Promise<void> {
  const count = Math.min(source.size, CALIBRATION_BATCHES * BATCH)
  let done = 0
  for await (const batch of batches(source, chunks(evenly(source.size, count), BATCH), reading)) {
    if (batch.used.length < 2) continue
    scope(() =>
      noGrad(() => {
        const x = preprocess(batch, how, how.precision)
        // the mean over all batches so far, with nothing of what was there before
        const pass: Pass = { ...TRAIN, momentum: 1 / (done + 1) }
        autocast(how.precision, () => encoder.forward(x, pass))
      }),
    )
    done++
  }
}

/** Indices in their order, `size` at a time. */
export function* chunks(indices: readonly number[], size: number): Generator<number[]> {
  for (let at = 0; at < indices.length; at += size) yield indices.slice(at, at + size)
}
