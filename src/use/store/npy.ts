/** Matrices of float32 as NumPy saves them (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html). */

/** Padded to a multiple of this, so that values are aligned in memory maps. */
const ALIGNED = 64

/** What a file of `[rows, columns]` begins with. */
export function npyHeader(rows: number, columns: number): Uint8Array {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`
  const start = 10
  // its length leaves room for any number of rows, so that it can be written anew in the same place
  const length = Math.ceil((start + text.length + 1) / ALIGNED) * ALIGNED - start
  const bytes = Buffer.alloc(start + length, ' ')
  bytes.write('\x93NUMPY\x01\x00', 'latin1')
  bytes.writeUInt16LE(length, 8)
  bytes.write(text, start, 'latin1')
  bytes.write('\n', start + length - 1)
  return bytes
}

/** The bytes of values, in little-endian order as all machines have that Node runs on but one. */
export function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}
