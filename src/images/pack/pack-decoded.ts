import { endianness } from 'node:os'
import { join } from 'node:path'
import { shrunk } from '../check/glimpse.js'
import { type Picture, PictureError, type Values } from '../picture.js'
import type { Data, Source } from '../source.js'
import { WholeFile, writeWhole } from './pack-files.js'
import { inOrder } from './pack-pictures.js'
import type { PackedSide, PackRecord } from './pack-record.js'

/**
 * Writes decoded pictures, for each side of the split: `train.pixels`, all values one picture after another (16-bit ones
 * little-endian), `train.sizes.npy`, `[N, 2]` heights and widths, `train.labels.npy`, `[N]` where classes are known, and
 * `train.names`, each name with a zero byte after it.
 * @param side the short side of pictures is at most this long, in px
 * @param step told after each picture; what it throws ends the work
 */
export async function packDecoded(
  { train, test }: Data,
  folder: string,
  record: PackRecord,
  side: number | undefined,
  step: () => void,
): Promise<PackRecord> {
  const made: PackRecord = { ...record, sides: [], left_out: [] }
  const pack = async (name: PackedSide['name'], source: Source) => {
    if (source.channels !== train.channels || source.maximum !== train.maximum) {
      throw new TypeError(`${source.name} has sides of different channels or bits`)
    }
    made.sides.push(await packSide(name, source, join(folder, name), made, side, step))
  }
  await pack('train', train)
  if (test) await pack('test', test)
  return made
}

async function packSide(
  name: PackedSide['name'],
  source: Source,
  base: string,
  { left_out }: PackRecord,
  most: number | undefined,
  step: () => void,
): Promise<PackedSide> {
  const sizes = new Uint32Array(2 * source.size)
  const kept = new Uint32Array(source.size)
  let pictures = 0
  let index = 0
  const pixels = await WholeFile.begin(`${base}.pixels`)
  try {
    const names = await WholeFile.begin(`${base}.names`)
    try {
      const made = inOrder(source, 0, (_, picture) => (most === undefined ? picture : atMost(picture, most)))
      for await (const picture of made) {
        if (picture instanceof PictureError) {
          left_out.push({ side: name, index, path: source.describe(index), reason: picture.reason })
        } else {
          await pixels.append(littleEndian(picture.data))
          await names.append(Buffer.from(`${source.describe(index)}\0`))
          sizes.set([picture.height, picture.width], 2 * pictures)
          kept[pictures++] = index
        }
        index++
        step()
      }
      await names.finish()
    } catch (error) {
      await names.abandon()
      throw error
    }
    await pixels.finish()
  } catch (error) {
    await pixels.abandon()
    throw error
  }
  await writeWhole(`${base}.sizes.npy`, npy('<u4', [pictures, 2], sizes.subarray(0, 2 * pictures)))
  const { labels } = source
  if (labels) {
    const own = Int32Array.from(kept.subarray(0, pictures), (at) => labels[at] ?? -1)
    await writeWhole(`${base}.labels.npy`, npy('<i4', [pictures], own))
  }
  const native = most === undefined ? source.nativeSize : Math.min(most, source.nativeSize)
  return { name, pictures, native_size: native, labels: labels !== undefined }
}

/** Shrinks what is larger, by averages over areas. */
export function atMost(picture: Picture, side: number): Picture {
  const { data, width, height, channels } = picture
  const scale = side / Math.min(width, height)
  if (scale >= 1) return picture
  const [columns, rows] = [width, height].map((length) => Math.max(1, Math.round(length * scale))) as [
    number,
    number,
  ]
  const small =
    data instanceof Uint16Array
      ? new Uint16Array(columns * rows * channels)
      : new Uint8Array(columns * rows * channels)
  for (let channel = 0; channel < channels; channel++) {
    const plane = new Float32Array(width * height)
    for (let at = 0; at < plane.length; at++) plane[at] = data[at * channels + channel] as number
    const values = shrunk({ values: plane, width, height }, columns, rows)
    values.forEach((value, at) => {
      small[at * channels + channel] = Math.round(value)
    })
  }
  return { data: small, width: columns, height: rows, channels }
}

function littleEndian(values: Values | Uint32Array | Int32Array): Buffer {
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength)
  if (values.BYTES_PER_ELEMENT === 1 || endianness() === 'LE') return bytes
  return values.BYTES_PER_ELEMENT === 2 ? Buffer.from(bytes).swap16() : Buffer.from(bytes).swap32()
}

/** An npy file of version 1. */
function npy(descr: string, shape: readonly number[], values: Uint32Array | Int32Array): Buffer {
  const sides = shape.length === 1 ? `${shape[0]},` : shape.join(', ')
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${sides}), }`
  // NumPy's own are padded to 64 bytes and end with a line feed
  const padded = `${header.padEnd(Math.ceil((header.length + 11) / 64) * 64 - 11)}\n`
  const start = Buffer.alloc(10)
  start.write('\x93NUMPY\x01\x00', 'latin1')
  start.writeUInt16LE(padded.length, 8)
  return Buffer.concat([start, Buffer.from(padded), littleEndian(values)])
}
