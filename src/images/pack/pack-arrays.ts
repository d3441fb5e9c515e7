import { endianness } from 'node:os'
import { join } from 'node:path'
import { UsageError } from '../../errors.js'
import { setting } from '../../setting.js'
import { shrunk } from '../check/shrunk.js'
import { type Picture, PictureError, type Values } from '../picture.js'
import type { Data, Source } from '../source.js'
import { WholeFile, writeWhole } from './pack-files.js'
import { inOrder } from './pack-pictures.js'
import type { PackedSide, PackRecord } from './pack-record.js'

/** Bytes before an array's values; NumPy's own are a multiple of 64, too. */
const HEADER = 128

/**
 * Writes decoded pictures as NumPy does: `train.npy`, `[N, H, W, C]` of uint8 or uint16, and `train_labels.npy`, `[N]` of
 * int32, where classes are known; the same for `test`.
 * @param size pictures become squares of this side, in px; unless given, all must be of one size
 * @param step told after each picture; what it throws ends the work
 * @throws UsageError when pictures are of several sizes
 */
export async function packArrays(
  { train, test }: Data,
  folder: string,
  record: PackRecord,
  size: number | undefined,
  step: () => void,
): Promise<PackRecord> {
  const made: PackRecord = { ...record, sides: [], left_out: [] }
  for (const [name, source] of [['train', train] as const, ...(test ? [['test', test] as const] : [])]) {
    if (source.channels !== train.channels || source.maximum !== train.maximum) {
      throw new TypeError(`${source.name} has sides of different channels or bits`)
    }
    made.sides.push(await packSide(name, source, join(folder, name), made, size, step))
  }
  return made
}

async function packSide(
  name: PackedSide['name'],
  source: Source,
  base: string,
  { left_out }: PackRecord,
  size: number | undefined,
  step: () => void,
): Promise<PackedSide> {
  const kept: number[] = []
  let first: Picture | undefined
  let index = 0
  const file = await WholeFile.begin(`${base}.npy`)
  try {
    await file.append(Buffer.alloc(HEADER))
    const made = inOrder(source, 0, (_, picture) => (size === undefined ? picture : square(picture, size)))
    for await (const picture of made) {
      if (picture instanceof PictureError) {
        left_out.push({ side: name, index, path: source.describe(index), reason: picture.reason })
      } else {
        first ??= picture
        checkSize(source, index, picture, first)
        await file.append(littleEndian(picture.data))
        kept.push(index)
      }
      index++
      step()
    }
    if (first) {
      const descr = source.maximum > 255 ? '<u2' : '|u1'
      await file.finish(header(descr, [kept.length, first.height, first.width, first.channels]))
    } else await file.abandon()
  } catch (error) {
    await file.abandon()
    throw error
  }
  const { labels } = source
  if (labels && first) {
    const own = Int32Array.from(kept, (at) => labels[at] ?? -1)
    await writeWhole(`${base}_labels.npy`, Buffer.concat([header('<i4', [own.length]), littleEndian(own)]))
  }
  return { name, pictures: kept.length, native_size: first ? Math.min(first.width, first.height) : 0 }
}

function checkSize(source: Source, index: number, { width, height }: Picture, first: Picture): void {
  if (width === first.width && height === first.height) return
  throw new UsageError(
    `'${source.describe(index)}' has ${width} × ${height} px where the pictures before it have ${first.width} × ${first.height}, and an array holds one size: make all squares with ${setting('size')}, or leave out ${setting('decoded')} to keep files as they are`,
  )
}

/** The square in the middle, with averages over areas as its values. */
export function square({ data, width, height, channels }: Picture, size: number): Picture {
  const side = Math.min(width, height)
  const [left, top] = [(width - side) >> 1, (height - side) >> 1]
  const length = size * size * channels
  const small = data instanceof Uint16Array ? new Uint16Array(length) : new Uint8Array(length)
  const plane = new Float32Array(side * side)
  for (let channel = 0; channel < channels; channel++) {
    for (let at = 0; at < plane.length; at++) {
      const pixel = (top + Math.floor(at / side)) * width + left + (at % side)
      plane[at] = data[pixel * channels + channel] as number
    }
    const values = shrunk({ values: plane, width: side, height: side }, size, size)
    for (const [at, value] of values.entries()) small[at * channels + channel] = Math.round(value)
  }
  return { data: small, width: size, height: size, channels }
}

function littleEndian(values: Values | Int32Array): Buffer {
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength)
  if (values.BYTES_PER_ELEMENT === 1 || endianness() === 'LE') return bytes
  return values.BYTES_PER_ELEMENT === 2 ? Buffer.from(bytes).swap16() : Buffer.from(bytes).swap32()
}

/** What an npy file of version 1 begins with. */
function header(descr: string, shape: readonly number[]): Buffer {
  const sides = shape.length === 1 ? `${shape[0]},` : shape.join(', ')
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${sides}), }`
  const start = Buffer.alloc(HEADER, `${text.padEnd(HEADER - 11)}\n`.padStart(HEADER))
  start.write('\x93NUMPY\x01\x00', 'latin1')
  start.writeUInt16LE(HEADER - 10, 8)
  return start
}
