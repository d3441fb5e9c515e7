/** The safetensors format: 8 bytes of header length, a JSON header, then the raw elements. No code is ever executed. */
import { SelfsameError } from '../errors.js'
import { type DType, fromBytes, type Tensor } from '../torch/index.js'
import { elementSize } from '../torch/types.js'

const NAMES: Partial<Record<DType, string>> = {
  float64: 'F64',
  float32: 'F32',
  float16: 'F16',
  bfloat16: 'BF16',
  int64: 'I64',
  int32: 'I32',
  int16: 'I16',
  int8: 'I8',
  uint8: 'U8',
  bool: 'BOOL',
}
const DTYPES = new Map(Object.entries(NAMES).map(([dtype, name]) => [name, dtype as DType]))
const LENGTH_BYTES = 8
/** The reference implementation's bound. */
const MAX_HEADER = 100_000_000

interface Entry {
  dtype: string
  shape: number[]
  data_offsets: [number, number]
}

export interface Safetensors {
  tensors: Map<string, Tensor>
  metadata: Record<string, string>
}

/** The bytes of a safetensors file with these tensors, in the given order, and string metadata. */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Record<string, string> = {},
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata }
  const parts: Uint8Array[] = []
  let offset = 0
  for (const [name, tensor] of tensors) {
    const bytes = tensor.bytes()
    header[name] = {
      dtype: NAMES[tensor.dtype],
      shape: tensor.shape,
      data_offsets: [offset, offset + bytes.length],
    }
    parts.push(bytes)
    offset += bytes.length
  }
  let json = JSON.stringify(header)
  // the elements begin at a multiple of 8 bytes, so that readers can map them
  json += ' '.repeat((8 - (Buffer.byteLength(json) % 8)) % 8)
  const text = Buffer.from(json)
  const file = new Uint8Array(LENGTH_BYTES + text.length + offset)
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true)
  file.set(text, LENGTH_BYTES)
  let at = LENGTH_BYTES + text.length
  for (const part of parts) {
    file.set(part, at)
    at += part.length
  }
  return file
}

/**
 * Reads a safetensors file. Every bound is checked before memory is taken.
 * @throws SelfsameError saying what about the file is wrong
 */
export function decodeSafetensors(file: Uint8Array): Safetensors {
  const { header, data } = split(file)
  const metadata = checkMetadata(header.__metadata__ ?? {})
  const entries = Object.entries(header).filter(([name]) => name !== '__metadata__') as [string, Entry][]
  const ordered = entries.map(([name, entry]) => check(name, entry, data.length))
  // an empty tensor shares its beginning with the next one
  ordered.sort((a, b) => a.begin - b.begin || a.stop - b.stop)
  let end = 0
  for (const { name, begin, stop } of ordered) {
    if (begin !== end) throw damaged(`the elements of '${name}' begin at ${begin} instead of ${end}`)
    end = stop
  }
  if (end !== data.length)
    throw damaged(`it has ${data.length} bytes of elements, its header speaks of ${end}`)
  const tensors = new Map(
    ordered.map(({ name, begin, stop, shape, dtype }) => [
      name,
      fromBytes(data.subarray(begin, stop), shape, dtype),
    ]),
  )
  return { tensors, metadata }
}

function split(file: Uint8Array): { header: Record<string, unknown>; data: Uint8Array } {
  if (file.length < LENGTH_BYTES) throw damaged(`it has only ${file.length} bytes`)
  const length = new DataView(file.buffer, file.byteOffset).getBigUint64(0, true)
  if (length > MAX_HEADER || Number(length) + LENGTH_BYTES > file.length) {
    throw damaged(`its header would take ${length} bytes, the file has ${file.length}`)
  }
  const end = LENGTH_BYTES + Number(length)
  let header: unknown
  try {
    header = JSON.parse(Buffer.from(file.subarray(LENGTH_BYTES, end)).toString())
  } catch {
    throw damaged('its header is not JSON')
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    throw damaged('its header is not an object')
  return { header: header as Record<string, unknown>, data: file.subarray(end) }
}

function checkMetadata(value: unknown): Record<string, string> {
  const sound = typeof value === 'object' && value !== null && !Array.isArray(value)
  if (!sound || !Object.values(value).every((text) => typeof text === 'string')) {
    throw damaged('its metadata are not strings by name')
  }
  return value as Record<string, string>
}

function check(name: string, entry: Entry, available: number) {
  const dtype = DTYPES.get(entry?.dtype)
  if (!dtype) throw damaged(`'${name}' has the unknown dtype '${entry?.dtype}'`)
  const { shape, data_offsets: offsets } = entry
  if (!Array.isArray(shape) || !shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    throw damaged(`'${name}' has no proper shape`)
  }
  const [begin, stop] = Array.isArray(offsets) ? offsets : [-1, -1]
  if (
    !Number.isSafeInteger(begin) ||
    !Number.isSafeInteger(stop) ||
    begin < 0 ||
    stop < begin ||
    stop > available
  ) {
    throw damaged(`the elements of '${name}' lie outside of the file`)
  }
  // zeros do not count here: libtorch refuses sizes whose product overflows, even where there is no element
  const most = shape.reduce((product, size) => product * (size || 1), elementSize(dtype))
  if (most > Number.MAX_SAFE_INTEGER)
    throw damaged(`'${name}' has the impossible shape [${shape.join(', ')}]`)
  const needed = shape.includes(0) ? 0 : most
  if (stop - begin !== needed)
    throw damaged(`'${name}' needs ${needed} bytes, its offsets span ${stop - begin}`)
  return { name, begin, stop, shape, dtype }
}

function damaged(reason: string): SelfsameError {
  return new SelfsameError(`this is not a sound safetensors file: ${reason}`)
}
