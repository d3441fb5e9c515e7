/** Which output of a model is the vector of a picture, and how it becomes one. */
import { SelfsameError } from '../../errors.js'
import type { Computed, Port } from './session.js'

/** By name, in transformers' words; what has another name is taken where it is the only one. */
const NAMES = ['pooler_output', 'image_embeds', 'last_hidden_state']

/** @throws SelfsameError when none is to be recognised */
export function vectorOutput(outputs: readonly Port[], file: string): Port {
  const floats = outputs.filter(({ type }) => type === 'float32')
  for (const name of NAMES) {
    const found = floats.find((port) => port.name === name)
    if (found) return found
  }
  const [only, ...others] = floats
  if (only && others.length === 0) return only
  const names = outputs.slice(0, 5).map(({ name }) => name)
  throw new SelfsameError(
    `'${file}' has the outputs ${names.join(', ')} where ${NAMES.join(', ')} or a single one of float32 is expected; export the model with one of these`,
  )
}

/**
 * Vectors of what came out: `[N, D]` as it is, the class token or the mean of `[N, L, D]`, the mean over places of `[N, D, h, w]`.
 * @returns `[N · D]`
 * @throws SelfsameError for other shapes
 */
export function vectorsOf({ data, shape }: Computed, file: string): Float32Array {
  const [count = 0, second = 0, third = 1, fourth = 1] = shape
  if (shape.length < 2 || shape.length > 4 || data.length === 0)
    throw new SelfsameError(
      `'${file}' gives an output of shape [${shape.join(', ')}] where one vector a picture is expected; give another model`,
    )
  if (shape.length === 2 || (third === 1 && fourth === 1)) return data
  if (shape.length === 3)
    return hasClassToken(second)
      ? firsts(data, count, second, third)
      : means(data, count, second, third, third, 1)
  return means(data, count, third * fourth, second, 1, third * fourth)
}

/** Patches make a square; with one token more, or with registers as well, the first is the class token. */
function hasClassToken(tokens: number): boolean {
  const isSquare = (value: number) => Number.isInteger(Math.sqrt(value))
  return !isSquare(tokens) && [1, 2, 5, 9].some((others) => tokens > others && isSquare(tokens - others))
}

function firsts(data: Float32Array, count: number, tokens: number, size: number): Float32Array {
  const made = new Float32Array(count * size)
  for (let n = 0; n < count; n++)
    made.set(data.subarray(n * tokens * size, n * tokens * size + size), n * size)
  return made
}

/** Means over places; `place` and `value` are the steps from one place, and one number of the vector, to the next. */
function means(
  data: Float32Array,
  count: number,
  places: number,
  size: number,
  place: number,
  value: number,
): Float32Array {
  const made = new Float32Array(count * size)
  for (let n = 0; n < count; n++) {
    for (let i = 0; i < size; i++) {
      let sum = 0
      for (let at = 0; at < places; at++) sum += data[n * places * size + at * place + i * value] as number
      made[n * size + i] = sum / places
    }
  }
  return made
}
