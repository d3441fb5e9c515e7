/** An encoder's program for any number of pictures, from passes with two and with three. */
import { SelfsameError } from '../../errors.js'
import { tensor } from '../../torch/index.js'
import { elementSize } from '../../torch/types.js'
import type { Argument, Call, Constant, Dim, Program, Scalar, Value } from './program.js'
import { type Forward, type Recording, record, type Seen, type SeenConstant } from './record.js'

/** Never one picture: a size of 1 is repeated, squeezed and passed over where others are not. */
const FEW = 2
const MORE = 3

/**
 * @param shape of one picture, `[C, H, W]`
 * @throws SelfsameError where what is called, or how, depends on the number of pictures or on what they show
 */
export function trace(forward: Forward, shape: readonly number[]): Program {
  // other pictures each time: what is no longer seen of them shows as a constant that differs
  const [few, more] = [FEW, MORE].map((count) => pass(forward, [count, ...shape])) as [Recording, Recording]
  return merged(few, more)
}

function pass(forward: Forward, shape: readonly number[]): Recording {
  const x = tensor(noise(shape), shape)
  try {
    return record(x, forward)
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

function merged(few: Recording, more: Recording): Program {
  const values = few.values.map(({ shape, dtype }, id): Value => {
    const other = more.values[id]?.shape ?? []
    return { kind: 'value', id, dtype, shape: shape.map((size, dim) => dimOf(size, other[dim])) }
  })
  const constants = few.constants.map((one, i) => constantOf(one, more.constants[i]))
  const argument = (a: Seen, b: Seen | undefined): Argument => {
    if (Array.isArray(a)) {
      const others = Array.isArray(b) ? b : []
      return a.map((one, i) => argument(one, others[i]))
    }
    if (typeof a !== 'object' || a === null) return a === b ? (a as Scalar | null) : { kind: 'varying' }
    return 'value' in a
      ? (values[a.value] as Value)
      : (constants[(a as { constant: number }).constant] as Constant)
  }
  const calls = few.calls.map((call, i): Call => {
    const other = more.calls[i]
    if (!isSame(call, other)) throw differing(call.name, other?.name)
    const args = Object.entries(call.args).map(([key, one]) => [key, argument(one, other?.args[key])])
    return {
      name: call.name,
      args: Object.fromEntries(args),
      results: call.results.map((id) => values[id] as Value),
    }
  })
  const next = more.calls[calls.length]
  if (next) throw differing(undefined, next.name)
  const outputs = new Map([...few.outputs].map(([name, id]) => [name, values[id] as Value]))
  return { input: values[0] as Value, calls, outputs }
}

/** Whether two calls are of one operator with the same values, numbers aside. */
function isSame(a: Recording['calls'][number], b: Recording['calls'][number] | undefined): boolean {
  const shape = (call: typeof a) =>
    JSON.stringify([call.name, call.results, call.args], (_, one) =>
      typeof one === 'number' || typeof one === 'bigint' ? 0 : one,
    )
  const wiring = (call: typeof a) => JSON.stringify([call.results, Object.values(call.args).map(valuesOf)])
  return b !== undefined && shape(a) === shape(b) && wiring(a) === wiring(b)
}

function valuesOf(one: Seen): unknown {
  if (Array.isArray(one)) return one.map(valuesOf)
  return typeof one === 'object' && one !== null && 'value' in one ? one.value : null
}

function differing(a: string | undefined, b: string | undefined): SelfsameError {
  const [few, more] = [a ?? 'nothing more', b ?? 'nothing more']
  return new SelfsameError(
    `the encoder calls ${few} for ${FEW} pictures where it calls ${more} for ${MORE}${few === more ? ' of other values' : ''}, which cannot be exported: what is called must not depend on how many there are`,
  )
}

function dimOf(few: number, more: number | undefined): Dim {
  if (few === more) return few
  const times = (more ?? 0) - few
  if (few === times * FEW) return { times }
  throw new SelfsameError(
    `the encoder has a size of ${few} for ${FEW} pictures and of ${more} for ${MORE}, which cannot be exported: sizes must be fixed, or grow with the number of pictures`,
  )
}

function constantOf(few: SeenConstant, more: SeenConstant | undefined): Constant {
  const { shape, dtype, bytes, digest } = few
  const plain = { kind: 'constant', shape, dtype, bytes } as const
  if (digest === more?.digest && shape.join() === more.shape.join()) return plain
  const dims = shape.map((size, dim) => dimOf(size, more?.shape[dim]))
  const repeated = dims.flatMap((one, dim) => (typeof one === 'number' ? [] : [{ dim, times: one.times }]))
  const [first] = repeated
  if (more && first && repeated.length === 1) {
    const one = once(few, first.dim)
    if (one && Buffer.compare(one, once(more, first.dim) ?? new Uint8Array()) === 0)
      return {
        ...plain,
        bytes: one,
        shape: shape.map((size, dim) => (dim === first.dim ? 1 : size)),
        repeated,
      }
  }
  throw new SelfsameError(
    `the encoder uses a tensor ${dtype}[${shape.join(', ')}] that is another for other pictures but does not come from them by operators of ours, which cannot be exported: nothing of a picture may pass through numbers in JavaScript, and nothing be drawn by chance`,
  )
}

/** The one slice along a dimension that is there again and again, or undefined where they differ. */
function once({ shape, dtype, bytes }: SeenConstant, dim: number): Uint8Array | undefined {
  const product = (sizes: readonly number[]) => sizes.reduce((all, size) => all * size, 1)
  const [outer, count] = [product(shape.slice(0, dim)), shape[dim] as number]
  const inner = product(shape.slice(dim + 1)) * elementSize(dtype)
  const one = new Uint8Array(outer * inner)
  for (let row = 0; row < outer; row++) {
    for (let i = 0; i < count; i++) {
      const at = (row * count + i) * inner
      const part = bytes.subarray(at, at + inner)
      if (i === 0) one.set(part, row * inner)
      else if (Buffer.compare(part, one.subarray(row * inner, (row + 1) * inner)) !== 0) return undefined
    }
  }
  return one
}
