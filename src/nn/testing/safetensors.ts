/** Safetensors files made by hand, independent of our own writer. */

/** A file from hand-made parts. */
export function file(header: unknown, data: readonly number[] = []): Uint8Array {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(json.length))
  return Buffer.concat([length, json, Uint8Array.from(data)])
}

/** One tensor's line of a header. */
export const entry = (shape: unknown, offsets: unknown, dtype: unknown = 'F32') => ({
  dtype,
  shape,
  data_offsets: offsets,
})
