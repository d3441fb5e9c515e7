/** An encoder's program for any number of pictures, from passes with two and with three. */
import { tensor } from '../../torch/index.js'
import { FEW, MORE, merged } from './merge.js'
import type { Program } from './program.js'
import { type Contents, type Forward, type Recording, record } from './record.js'

/**
 * @param shape of one picture, `[C, H, W]`
 * @throws SelfsameError where what is called, or how, depends on the number of pictures or on what they show
 */
export function trace(forward: Forward, shape: readonly number[]): Program {
  // weights are held once, whichever pass reads them
  const contents: Contents = new Map()
  // other pictures each time: what is no longer seen of them shows as a constant that differs
  const [few, more] = [FEW, MORE].map((count) => pass(forward, [count, ...shape], contents)) as [
    Recording,
    Recording,
  ]
  return merged(few, more)
}

function pass(forward: Forward, shape: readonly number[], contents: Contents): Recording {
  const x = tensor(noise(shape), shape)
  try {
    return record(x, forward, { contents })
  } finally {
    x.dispose()
  }
}

/** Values like those of standardised pictures: smooth, so that neighbours are alike, and not the same for two sizes. */
export function noise(shape: readonly number[], seed = shape[0] ?? 0): Float32Array {
  const size = shape.reduce((product, one) => product * one, 1)
  return Float32Array.from(
    { length: size },
    (_, i) => Math.sin(i * 0.37 + seed) + Math.sin(i * i * 0.011 + 3 * seed),
  )
}
