/** A run and weights for tests that need no libtorch, and damage to files. */
import { readFileSync, writeFileSync } from 'node:fs'
import type { RunRecord } from './format.js'
import type { Pieces } from './weights.js'

export const RECORD: RunRecord = {
  format: 5,
  created: '2026-01-01',
  command: ['train', 'x'],
  data: 'x',
  pictures: 3,
  settings: { seed: 1 },
  source: 'somewhere',
  machine: {},
}

/** A safetensors file of one tensor with these bytes. */
export function piecesOf(bytes: readonly number[]): Pieces {
  return (metadata) => {
    const header = Buffer.from(
      JSON.stringify({
        __metadata__: metadata,
        x: { dtype: 'U8', shape: [bytes.length], data_offsets: [0, bytes.length] },
      }),
    )
    const length = Buffer.alloc(8)
    length.writeBigUInt64LE(BigInt(header.length))
    return [Buffer.concat([length, header]), Uint8Array.from(bytes)]
  }
}

/** Changes one bit of a file: at a place, counted from the end where it is negative, or of what follows a text. */
export function flip(path: string, where: number | string): void {
  const bytes = readFileSync(path)
  const at =
    typeof where === 'string' ? bytes.indexOf(where) + where.length : where < 0 ? bytes.length + where : where
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
  writeFileSync(path, bytes)
}
