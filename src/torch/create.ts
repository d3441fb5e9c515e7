import { sent } from './host.js'
import { native } from './native.js'
import { Tensor } from './tensor.js'
import { type DType, dtypeCode, elementSize } from './types.js'

type Numbers = number | boolean | readonly Numbers[]
type TypedArray =
  | Float32Array
  | Float64Array
  | Uint8Array
  | Uint8ClampedArray
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array

/**
 * A tensor from numbers or a typed array, on the device in use. Nested arrays give the shape; a typed array needs `shape` or is flat.
 * The dtype is that of the typed array, otherwise float32 unless given. Copies.
 * @throws TypeError for ragged arrays, RangeError when the shape does not hold that many elements
 */
export function tensor(data: Numbers | TypedArray, shape?: readonly number[], dtype?: DType): Tensor {
  if (ArrayBuffer.isView(data)) {
    const own = dtypeOf(data)
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    return converted(bytes, shape ?? [data.length], own, dtype ?? own)
  }
  const sizes: number[] = []
  for (let level: Numbers | undefined = data; Array.isArray(level); level = level[0]) sizes.push(level.length)
  const flat = new Float64Array(sizes.reduce((product, size) => product * size, 1))
  if (fill(data, sizes, 0, flat, 0) !== flat.length)
    throw new TypeError('expected nested arrays of equal lengths')
  return converted(new Uint8Array(flat.buffer), shape ?? sizes, 'float64', dtype ?? 'float32')
}

/**
 * A tensor that owns a copy of raw little-endian elements, on the device in use.
 * @throws RangeError when `bytes` is not exactly as long as the shape and dtype need
 */
export function fromBytes(bytes: Uint8Array, shape: readonly number[], dtype: DType): Tensor {
  return sent(onHostFromBytes(bytes, shape, dtype))
}

function onHostFromBytes(bytes: Uint8Array, shape: readonly number[], dtype: DType): Tensor {
  const needed = shape.reduce((product, size) => product * size, elementSize(dtype))
  if (needed !== bytes.byteLength) {
    throw new RangeError(
      `a ${dtype} tensor of shape [${shape.join(', ')}] needs ${needed} bytes, got ${bytes.byteLength}`,
    )
  }
  return new Tensor(native().fromBytes(bytes, shape, dtypeCode(dtype)))
}

/** What was given as `own`, as `wanted`. */
function converted(bytes: Uint8Array, shape: readonly number[], own: DType, wanted: DType): Tensor {
  const made = onHostFromBytes(bytes, shape, own)
  if (own === wanted) return sent(made)
  const right = made.to(wanted)
  made.dispose()
  return sent(right)
}

/** A uint8 tensor `[total]` on the CPU with copies of all parts' memory, one after another. */
export function joined(parts: readonly (Uint8Array | Uint16Array)[]): Tensor {
  const bytes = parts.map((part) =>
    part instanceof Uint8Array ? part : new Uint8Array(part.buffer, part.byteOffset, part.byteLength),
  )
  return new Tensor(native().joinBytes(bytes))
}

function fill(value: Numbers, sizes: number[], depth: number, flat: Float64Array, at: number): number {
  if (!Array.isArray(value)) {
    if (depth !== sizes.length) throw new TypeError('expected nested arrays of equal depths')
    flat[at] = Number(value)
    return at + 1
  }
  if (value.length !== sizes[depth]) throw new TypeError('expected nested arrays of equal lengths')
  let next = at
  for (const item of value as Numbers[]) next = fill(item, sizes, depth + 1, flat, next)
  return next
}

function dtypeOf(data: TypedArray): DType {
  if (data instanceof Float32Array) return 'float32'
  if (data instanceof Float64Array) return 'float64'
  if (data instanceof Uint8Array || data instanceof Uint8ClampedArray) return 'uint8'
  if (data instanceof Int8Array) return 'int8'
  if (data instanceof Int16Array) return 'int16'
  if (data instanceof Int32Array) return 'int32'
  return 'int64'
}
