/** Random numbers as a pure function of what they are for, so that nothing depends on order, workers or restarts. */

/** One draw, uniform in [0, 1). */
export type Draw = () => number

/** Scrambles 32 bits (the finaliser of MurmurHash3, public domain). */
function scramble(x: number): number {
  let h = x
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** A stream of draws that depends on the keys alone (the generator is sfc32 by C. Doty-Humphrey). */
export function stream(...keys: readonly number[]): Draw {
  let a = 0x9e3779b9
  let b = 0x243f6a88
  let c = 0xb7e15162
  const mix = (word: number) => {
    a = scramble(a ^ word)
    b = scramble(b + a)
    c = scramble(c ^ b)
  }
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as number
    // keys may exceed 32 bits
    mix(key >>> 0)
    mix(Math.floor(key / 2 ** 32) >>> 0)
  }
  let counter = 1
  const draw = () => {
    const sum = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    return (sum >>> 0) / 2 ** 32
  }
  for (let i = 0; i < 8; i++) draw()
  return draw
}

/** Stand in for a view's number where draws belong to no view of training, or to its mask. */
export const STREAMS = {
  shared: 1_000_000,
  masks: 2_000_000,
  step: 3_000_000,
  fineTuning: 4_000_000,
  supervised: 4_000_001,
} as const

/** The stream of what judging draws (T. Ettinger's mulberry32): kept beside the other, as published figures were drawn by it. */
export function judgingStream(...keys: readonly number[]): Draw {
  let state = 0x9e3779b9
  for (const key of keys) state = mixed(state ^ mixed(key | 0))
  return () => {
    state = (state + 0x6d2b79f5) | 0
    return mixed(state) / 2 ** 32
  }
}

function mixed(value: number): number {
  let t = Math.imul(value ^ (value >>> 15), value | 1)
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
  return (t ^ (t >>> 14)) >>> 0
}

/** Uniform in [low, high). */
export function uniform(draw: Draw, low: number, high: number): number {
  return low + (high - low) * draw()
}

/** A whole number from 0 to `count - 1`. */
export function below(draw: Draw, count: number): number {
  return Math.floor(draw() * count)
}

/** 0 … count-1 in random order (Fisher-Yates). */
export function permutation(draw: Draw, count: number): Int32Array {
  const order = new Int32Array(count)
  for (let i = 0; i < count; i++) order[i] = i
  for (let i = count - 1; i > 0; i--) {
    const j = below(draw, i + 1)
    const held = order[i] as number
    order[i] = order[j] as number
    order[j] = held
  }
  return order
}
