/** Element types, by PyTorch's names. */
export type DType =
  | 'uint8'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'float16'
  | 'float32'
  | 'float64'
  | 'bool'
  | 'bfloat16'

/** libtorch's ScalarType numbers: part of its serialised form, hence stable. */
const CODES: Record<DType, number> = {
  uint8: 0,
  int8: 1,
  int16: 2,
  int32: 3,
  int64: 4,
  float16: 5,
  float32: 6,
  float64: 7,
  bool: 11,
  bfloat16: 15,
}
const NAMES = new Map(Object.entries(CODES).map(([name, code]) => [code, name as DType]))

const SIZES: Record<DType, number> = {
  uint8: 1,
  int8: 1,
  int16: 2,
  int32: 4,
  int64: 8,
  float16: 2,
  float32: 4,
  float64: 8,
  bool: 1,
  bfloat16: 2,
}

/** `privateuseone` is libtorch's name for what an extension brings. */
export type Device = 'cpu' | 'cuda' | `cuda:${number}` | 'privateuseone' | `privateuseone:${number}`
export type Layout = 'strided'
export type MemoryFormat = 'contiguous' | 'preserve' | 'channels_last' | 'channels_last_3d'
const MEMORY_FORMATS: Record<MemoryFormat, number> = {
  contiguous: 0,
  preserve: 1,
  channels_last: 2,
  channels_last_3d: 3,
}

/**
 * A number argument of an operator. A whole `number` is passed as an integer, any other as a double, a `bigint` as
 * an integer: so `x.mul(2)` keeps an integer tensor integer.
 */
export type Scalar = number | bigint | boolean

/** Bytes of one element. */
export function elementSize(dtype: DType): number {
  return SIZES[dtype]
}

export function dtypeCode(dtype: DType): number {
  const code = CODES[dtype]
  if (code === undefined)
    throw new TypeError(`expected a dtype (${Object.keys(CODES).join(', ')}), got '${dtype}'`)
  return code
}

export function dtypeName(code: number): DType {
  const name = NAMES.get(code)
  if (name === undefined) throw new TypeError(`this libtorch dtype (number ${code}) has no name here`)
  return name
}

export function memoryFormatCode(format: MemoryFormat): number {
  const code = MEMORY_FORMATS[format]
  if (code === undefined)
    throw new TypeError(`expected one of ${Object.keys(MEMORY_FORMATS).join(', ')}, got '${format}'`)
  return code
}
