/** Matrices of float32 in NumPy's format, from bytes in memory. */
import { SelfsameError } from '../../errors.js'

/** 147 and NUMPY; a text decoder has no byte 147 of its own. */
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]

/**
 * @returns the values, a copy of what is in the file, and the sides `[rows, columns]`
 * @throws SelfsameError for anything but little-endian float32 in rows, and where the length is not what the sides say
 */
export function readNpy(
  bytes: Uint8Array,
  name: string,
): { vectors: Float32Array; rows: number; columns: number } {
  const wrong = (what: string) => new SelfsameError(`'${name}' ${what}; embed the pictures again`)
  if (bytes.length < 12 || MAGIC.some((byte, i) => bytes[i] !== byte))
    throw wrong('does not begin as an npy file does')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const from = bytes[6] === 1 ? 10 : 12
  const start = from + (bytes[6] === 1 ? view.getUint16(8, true) : view.getUint32(8, true))
  if (start > bytes.length) throw wrong('ends within its header')
  const header = new TextDecoder().decode(bytes.subarray(from, start))
  const sides = /'shape': \((\d{1,15}), (\d{1,15}),?\)/.exec(header)
  if (!/'descr': '<f4'/.test(header) || !/'fortran_order': False/.test(header) || !sides)
    throw wrong('is no matrix of float32')
  const [rows, columns] = [Number(sides[1]), Number(sides[2])]
  if (bytes.length - start !== 4 * rows * columns)
    throw wrong(
      `has ${bytes.length - start} bytes of values where [${rows}, ${columns}] takes ${4 * rows * columns}`,
    )
  // a typed array needs its own alignment
  return { vectors: new Float32Array(new Uint8Array(bytes.subarray(start)).buffer), rows, columns }
}
