/** Two passes over different numbers of pictures as one program for any. */
import { SelfsameError } from '../../errors.js'
import { elementSize } from '../../torch/types.js'
import type { Argument, Call, Constant, Dim, Program, Scalar, Value } from './program.js'
import type { Recording, Seen, SeenCall, SeenConstant } from './record.js'

/** Never one picture: a size of 1 is repeated, squeezed and passed over where others are not. */
export const FEW = 2
export const MORE = 3

/** @throws SelfsameError where what is called, or how, depends on the number of pictures or on what they show */
export function merged(few: Recording, more: Recording): Program {
  checkSame(few.calls, more.calls)
  // of what is needed alone: what comes to nothing may be as it likes
  const value = once((id: number): Value => {
    const { shape, dtype } = few.values[id] as Recording['values'][number]
    const other = more.values[id]?.shape ?? []
    return { kind: 'value', id, dtype, shape: shape.map((size, dim) => dimOf(size, other[dim])) }
  })
  const constant = once((i: number) => constantOf(few.constants[i] as SeenConstant, more.constants[i]))
  const argument = (a: Seen, b: Seen | undefined): Argument => {
    if (Array.isArray(a)) {
      const others = Array.isArray(b) ? b : []
      return a.map((one, i) => argument(one, others[i]))
    }
    if (typeof a !== 'object' || a === null) return a === b ? (a as Scalar | null) : { kind: 'varying' }
    return 'value' in a ? value(a.value) : constant((a as { constant: number }).constant)
  }
  const calls = needed(few).map((i): Call => {
    const [{ name, args, results }, other] = [few.calls[i] as SeenCall, more.calls[i]]
    const named = Object.entries(args).map(([key, one]) => [key, argument(one, other?.args[key])])
    return { name, args: Object.fromEntries(named), results: results.map(value) }
  })
  const outputs = new Map([...few.outputs].map(([name, id]) => [name, value(id)]))
  return { input: value(0), calls, outputs }
}

function once<T>(make: (i: number) => T): (i: number) => T {
  const made = new Map<number, T>()
  return (i) => {
    if (!made.has(i)) made.set(i, make(i))
    return made.get(i) as T
  }
}

/** The calls that the outputs come of, in order. */
function needed({ calls, outputs }: Recording): number[] {
  const wanted = new Set(outputs.values())
  const kept = [...calls.keys()].reverse().filter((i) => {
    const { results, args } = calls[i] as SeenCall
    const isWanted = results.some((id) => wanted.has(id))
    if (isWanted) for (const id of Object.values(args).flatMap(valuesIn)) wanted.add(id)
    return isWanted
  })
  return kept.reverse()
}

/** @throws SelfsameError where not the same operators are called one after another */
function checkSame(few: readonly SeenCall[], more: readonly SeenCall[]): void {
  for (let i = 0; i < Math.max(few.length, more.length); i++) {
    const [a, b] = [few[i], more[i]]
    if (a && b && isSame(a, b)) continue
    const [one, other] = [a?.name ?? 'nothing more', b?.name ?? 'nothing more']
    throw new SelfsameError(
      `the encoder calls ${one} for ${FEW} pictures where it calls ${other} for ${MORE}${one === other ? ' of other values' : ''}, which cannot be exported: what is called must not depend on how many there are`,
    )
  }
}

/** Whether two calls are of one operator with the same values, numbers aside. */
function isSame(a: SeenCall, b: SeenCall): boolean {
  const form = ({ name, results, args }: SeenCall) =>
    JSON.stringify([name, results.length, args], (_, one) =>
      typeof one === 'number' || typeof one === 'bigint' ? 0 : one,
    )
  const wiring = ({ results, args }: SeenCall) =>
    [...results, ...Object.values(args).flatMap(valuesIn)].join()
  return form(a) === form(b) && wiring(a) === wiring(b)
}

function valuesIn(one: Seen): number[] {
  if (Array.isArray(one)) return one.flatMap(valuesIn)
  return typeof one === 'object' && one !== null && 'value' in one ? [one.value] : []
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
    const one = sliceOf(few, first.dim)
    if (one && Buffer.compare(one, sliceOf(more, first.dim) ?? new Uint8Array()) === 0)
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
function sliceOf({ shape, dtype, bytes }: SeenConstant, dim: number): Uint8Array | undefined {
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
