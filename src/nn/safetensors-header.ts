/** What a safetensors file says of itself: read and checked before any memory is taken for tensors. */
import { SelfsameError } from '../errors.js'
import type { DType } from '../torch/index.js'
import { elementSize } from '../torch/types.js'

/** A file that is read by ranges. */
export interface Ranges {
  /** Bytes in all. */
  readonly size: number
  /** Fills `into` from `position` on. @throws SelfsameError when the file ends before that */
  read(position: number, into: Uint8Array): void
}

/** One tensor of a file. */
export interface Entry {
  name: string
  dtype: DType
  shape: number[]
  /** Where in the file its elements begin. */
  begin: number
}

export interface Layout {
  /** In the order of their elements, which fill the rest of the file without a hole. */
  entries: Entry[]
  metadata: Record<string, string>
}

export const DTYPE_NAMES: Partial<Record<DType, string>> = {
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
const DTYPES = new Map(Object.entries(DTYPE_NAMES).map(([dtype, name]) => [name, dtype as DType]))
export const LENGTH_BYTES = 8
/** The reference implementation's bound. */
const MAX_HEADER = 100_000_000

interface Written {
  dtype: string
  shape: number[]
  data_offsets: [number, number]
}

/** Bytes in memory as a file. */
export function rangesOf(bytes: Uint8Array): Ranges {
  return {
    size: bytes.length,
    read: (position, into) => into.set(bytes.subarray(position, position + into.length)),
  }
}

/** @throws SelfsameError saying what about the file is wrong */
export function layoutOf(file: Ranges): Layout {
  const { header, begin: start } = headerOf(file)
  const available = file.size - start
  const metadata = checkMetadata(header.__metadata__ ?? {})
  const written = Object.entries(header).filter(([name]) => name !== '__metadata__') as [string, Written][]
  const ordered = written.map(([name, entry]) => check(name, entry, available))
  // an empty tensor shares its beginning with the next one
  ordered.sort((a, b) => a.begin - b.begin || a.stop - b.stop)
  let end = 0
  for (const { name, begin, stop } of ordered) {
    if (begin !== end) throw damaged(`the elements of '${name}' begin at ${begin} instead of ${end}`)
    end = stop
  }
  if (end !== available) throw damaged(`it has ${available} bytes of elements, its header speaks of ${end}`)
  const entries = ordered.map(({ stop: _, begin, ...entry }) => ({ ...entry, begin: start + begin }))
  return { entries, metadata }
}

/** The header, and where the elements begin. */
function headerOf(file: Ranges): { header: Record<string, unknown>; begin: number } {
  if (file.size < LENGTH_BYTES) throw damaged(`it has only ${file.size} bytes`)
  const prefix = Buffer.alloc(LENGTH_BYTES)
  file.read(0, prefix)
  const length = prefix.readBigUInt64LE()
  if (length > MAX_HEADER || Number(length) + LENGTH_BYTES > file.size) {
    throw damaged(`its header would take ${length} bytes, the file has ${file.size}`)
  }
  const text = Buffer.alloc(Number(length))
  file.read(LENGTH_BYTES, text)
  let header: unknown
  try {
    header = JSON.parse(text.toString())
  } catch {
    throw damaged('its header is not JSON')
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    throw damaged('its header is not an object')
  return { header: header as Record<string, unknown>, begin: LENGTH_BYTES + text.length }
}

function checkMetadata(value: unknown): Record<string, string> {
  const sound = typeof value === 'object' && value !== null && !Array.isArray(value)
  if (!sound || !Object.values(value).every((text) => typeof text === 'string')) {
    throw damaged('its metadata are not strings by name')
  }
  return value as Record<string, string>
}

function check(name: string, entry: Written, available: number) {
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
