import { endianness } from 'node:os'
import { SelfsameError } from '../../errors.js'
import { type KnownFile, knownFile } from './handles.js'
import { readAll, withFile } from './set-file.js'

/** What the header of an npy file states, found to fit the file's length. */
export interface Npy {
  file: KnownFile
  shape: number[]
  type: NpyType
  /** where the values begin, in bytes */
  offset: number
}

/** Type of an array's values. */
export interface NpyType {
  kind: 'bool' | 'int' | 'uint' | 'float'
  /** bytes of one value */
  size: number
  littleEndian: boolean
}

const MAGIC = '\x93NUMPY'
// NumPy pads headers to 64 bytes and itself refuses more than 10,000
const MAX_HEADER = 65_536
const KINDS: Readonly<Record<string, NpyType['kind']>> = { b: 'bool', i: 'int', u: 'uint', f: 'float' }
const SIZES: Readonly<Record<NpyType['kind'], readonly number[]>> = {
  bool: [1],
  int: [1, 2, 4, 8],
  uint: [1, 2, 4, 8],
  float: [4, 8],
}

/**
 * Reads the header of an npy file (versions 1 to 3); it is matched, never evaluated.
 * @throws SelfsameError when it is damaged, its values are of a type or in an order that is not read, or the file's
 * length is not what it states
 */
export function openNpy(path: string): Promise<Npy> {
  return withFile(path, async (handle) => {
    const wrong = (what: string, then = 'save the array again with numpy.save') =>
      new SelfsameError(`'${path}' ${what}; ${then}`)
    const file = await knownFile(path)
    const read = async (from: number, length: number) => {
      if (file.size < from + length) throw wrong(`ends within its header after ${file.size} bytes`)
      const bytes = Buffer.alloc(length)
      await readAll(path, handle, bytes, from)
      return bytes
    }
    const start = await read(0, 10)
    if (start.toString('latin1', 0, 6) !== MAGIC) throw wrong('does not begin as an npy file does')
    const version = start[6] as number
    if (version < 1 || version > 3) throw wrong(`has version ${version} where 1 to 3 are known`)
    const from = version === 1 ? 10 : 12
    const length = version === 1 ? start.readUInt16LE(8) : (await read(8, 4)).readUInt32LE(0)
    if (length > MAX_HEADER) throw wrong(`has a header of ${length} bytes, which is too much`)
    const { descr, fortran, shape } = parseHeader((await read(from, length)).toString('latin1'), wrong)
    const type = typeOf(descr)
    if (typeof type === 'string') throw wrong(type, 'save it with another type (array.astype)')
    if (fortran && shape.length > 1)
      throw wrong('is in Fortran order, which is not read', 'save numpy.ascontiguousarray(array)')
    const offset = from + length
    const bytes = shape.reduce((product, side) => product * side, type.size)
    if (bytes !== file.size - offset) {
      throw wrong(
        `has ${file.size - offset} bytes of values where its shape [${shape.join(', ')}] takes ${bytes}`,
      )
    }
    return { file, shape, type, offset }
  })
}

function parseHeader(text: string, wrong: (what: string) => SelfsameError) {
  const field = (name: string, value: string) => new RegExp(`['"]${name}['"]\\s*:\\s*${value}`).exec(text)
  // a list or tuple of fields, an object's pickle and the like have a 'descr' that is no such word
  const descr =
    field('descr', `['"]([^'"]*)['"]`)?.[1] ?? (field('descr', '\\[') ? 'several fields' : undefined)
  const fortran = field('fortran_order', '(True|False)')?.[1]
  const sides = field('shape', '\\(([\\d\\s,L]*)\\)')?.[1]
  if (descr === undefined || fortran === undefined || sides === undefined)
    throw wrong('has a header that does not state type, order and shape')
  const shape = sides
    .split(',')
    .map((side) => side.trim())
    .filter((side) => side !== '')
    .map((side) => Number.parseInt(side, 10))
  if (shape.some((side) => !Number.isSafeInteger(side)))
    throw wrong('has a header with a shape of no numbers')
  return { descr, fortran: fortran === 'True', shape }
}

/** @returns one clause that says what is wrong, where the type is not read */
function typeOf(descr: string): NpyType | string {
  if (descr === '|O') return 'holds pickled Python objects, which are never read'
  const [, order = '', letter = '', digits = ''] = /^([<>|=])([a-zA-Z])(\d+)$/.exec(descr) ?? []
  const kind = Object.hasOwn(KINDS, letter) ? KINDS[letter] : undefined
  const size = Number(digits)
  if (kind === undefined || !SIZES[kind].includes(size))
    return `holds values of type '${descr}', which are not read`
  return { kind, size, littleEndian: order !== '>' }
}

/** The values of an array's bytes; 8-byte integers are rounded beyond 2^53. What is returned may share the memory. */
export function valuesOf({ kind, size, littleEndian }: NpyType, bytes: Buffer): NumberArray {
  if (size === 1 && kind !== 'int') return bytes
  // a typed array needs its own alignment
  const own = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)
  if (size > 1 && littleEndian !== (endianness() === 'LE')) SWAPS[size]?.(Buffer.from(own))
  return (ARRAYS[`${kind}${size}`] as (own: ArrayBufferLike) => NumberArray)(own)
}

/** A typed array of numbers. */
export type NumberArray = { [at: number]: number; readonly length: number }

const SWAPS: Readonly<Record<number, (bytes: Buffer) => void>> = {
  2: (bytes) => bytes.swap16(),
  4: (bytes) => bytes.swap32(),
  8: (bytes) => bytes.swap64(),
}

const ARRAYS: Readonly<Record<string, (own: ArrayBufferLike) => NumberArray>> = {
  int1: (own) => new Int8Array(own),
  int2: (own) => new Int16Array(own),
  int4: (own) => new Int32Array(own),
  int8: (own) => Float64Array.from(new BigInt64Array(own), Number),
  uint2: (own) => new Uint16Array(own),
  uint4: (own) => new Uint32Array(own),
  uint8: (own) => Float64Array.from(new BigUint64Array(own), Number),
  float4: (own) => new Float32Array(own),
  float8: (own) => new Float64Array(own),
}
