import { createHash } from 'node:crypto'
import type { Picture } from '../picture.js'

/** 64 bits, the first 32 and the last 32. */
export type Hash = readonly [high: number, low: number]

/** The same for pictures of the same size whose pixels are the same, and for no others that will ever be met. */
export function pixelHash({ data, width, height, channels }: Picture): Hash {
  const size = `${width} ${height} ${channels} ${data.BYTES_PER_ELEMENT}\n`
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  const digest = createHash('sha256').update(size).update(bytes).digest()
  return [digest.readUInt32BE(0), digest.readUInt32BE(4)]
}
