/** Weights of one axis of a resize, as Pillow, libtorch's antialiased upsampling and native/pictures/resize_weights.h have them. */

const { fround } = Math
/** A weight that is nothing but rounding. */
const TINY = 1e-9

/** By name: how far a filter reaches, and its value at a distance of at least 0 below that. */
const FILTERS = {
  /** Keys' kernel with a = -0.5. */
  bicubic: {
    radius: 2,
    at: (x: number) => (x < 1 ? (1.5 * x - 2.5) * x * x + 1 : -0.5 * (((x - 5) * x + 8) * x - 4)),
  },
  bilinear: { radius: 1, at: (x: number) => 1 - x },
  lanczos: { radius: 3, at: (x: number) => (x === 0 ? 1 : sinc(x) * sinc(x / 3)) },
} as const

export type Filter = keyof typeof FILTERS

function sinc(x: number): number {
  const turn = Math.PI * x
  return Math.sin(turn) / turn
}

/** For each of `outputs` samples the pixels that it is made of: `counts[i]` from `firsts[i]` on, weighted by `values` from `starts[i]` on. */
export interface Weights {
  firsts: Int32Array
  counts: Int32Array
  starts: Int32Array
  values: Float32Array
}

/** Sets of pictures have few sizes, and photographs as many as there are: those last asked for are kept. */
const MOST_KEPT = 64
const kept = new Map<string, Weights>()

/** `length` pixels as `outputs` samples; the same object where it was asked for lately, so not to be written to. */
export function weightsOf(length: number, outputs: number, filter: Filter): Weights {
  const key = `${length} ${outputs} ${filter}`
  const found = kept.get(key)
  const weights = found ?? make(length, outputs, filter)
  if (found) kept.delete(key)
  else if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value as string)
  kept.set(key, weights)
  return weights
}

function make(length: number, outputs: number, filter: Filter): Weights {
  const { radius, at } = FILTERS[filter]
  // rounded as the kernel's floats are: of a large picture a middle is off by 1e-4 px there, and has to be here
  const scale = fround(length / outputs)
  const shrink = Math.max(scale, 1)
  const inverse = fround(1 / shrink)
  const support = radius * shrink
  const firsts = new Int32Array(outputs)
  const counts = new Int32Array(outputs)
  const starts = new Int32Array(outputs)
  const values: number[] = []
  for (let i = 0; i < outputs; i++) {
    const centre = fround(scale * (i + 0.5))
    const first = Math.max(Math.trunc(centre - support + 0.5), 0)
    const last = Math.min(Math.trunc(centre + support + 0.5), length)
    const taps: number[] = []
    for (let pixel = first; pixel < last; pixel++) {
      const away = Math.abs(fround(fround(pixel + 0.5 - centre) * inverse))
      taps.push(away < radius ? at(away) : 0)
    }
    // what weighs nothing need not be read: of a picture that keeps its size each sample is one pixel
    let skipped = 0
    while (taps.length > 1 && Math.abs(taps.at(-1) as number) < TINY) taps.pop()
    while (skipped < taps.length - 1 && Math.abs(taps[skipped] as number) < TINY) skipped++
    // what lies outside of the picture is left out, so the rest is made to sum to one
    const total = taps.reduce((sum, weight) => sum + weight, 0)
    firsts[i] = first + skipped
    counts[i] = taps.length - skipped
    starts[i] = values.length
    for (const weight of taps.slice(skipped)) values.push(weight / total)
  }
  return { firsts, counts, starts, values: Float32Array.from(values) }
}
