import { endianness } from 'node:os'
import { join } from 'node:path'
import { SelfsameError } from '../../errors.js'
import { type KnownFile, knownFile, readPart } from '../arrays/handles.js'
import { openNpy, valuesOf } from '../arrays/npy-file.js'
import { type Budget, cached } from '../cache.js'
import { NameList } from '../names/names.js'
import type { Values } from '../picture.js'
import { checkIndex, type Data, type Source } from '../source.js'
import { type PackedSide, RECORD, readRecord } from './pack-record.js'

/** Sets up to this size, in bytes, are read at once, larger ones picture by picture as they are asked for. */
const AT_ONCE = 2 ** 28
const CHUNK = 2 ** 24

/** True for a folder with these names, where `selfsame data pack --decoded` wrote. */
export function isPackedFolder(names: readonly string[]): boolean {
  return names.includes(RECORD) && names.includes('train.pixels')
}

/** Opens decoded pictures. @throws SelfsameError when the pack is unfinished or a file is not what pack.json says */
export async function openPacked(folder: string, budget: Budget): Promise<Data> {
  const record = await readRecord(folder)
  if (record?.kind !== 'decoded' || !record.finished) {
    throw new SelfsameError(
      `'${folder}' holds a pack that was not finished; make it again with selfsame data pack`,
    )
  }
  const { channels, maximum, classes } = record
  const open = async (name: PackedSide['name']) => {
    const side = record.sides.find((one) => one.name === name)
    return side && openSide(folder, side, { channels, maximum, ...(classes && { classes }) }, budget)
  }
  const train = await open('train')
  if (!train)
    throw new SelfsameError(`'${join(folder, RECORD)}' names no pictures for training; pack them again`)
  const test = await open('test')
  return { train, ...(test && { test }) }
}

type Common = Pick<Source, 'channels' | 'maximum' | 'classes'>

async function openSide(folder: string, side: PackedSide, common: Common, budget: Budget): Promise<Source> {
  const base = join(folder, side.name)
  const { channels, maximum } = common
  const size = side.pictures
  const sizes = await numbers(`${base}.sizes.npy`, [size, 2])
  const labels = side.labels && common.classes ? await numbers(`${base}.labels.npy`, [size]) : undefined
  const starts = new Float64Array(size + 1)
  for (let index = 0; index < size; index++) {
    const values = (sizes[2 * index] as number) * (sizes[2 * index + 1] as number) * channels
    starts[index + 1] = (starts[index] as number) + values
  }
  const width = maximum > 255 ? 2 : 1
  const pixels = await whole(`${base}.pixels`)
  const bytes = (starts[size] as number) * width
  if (pixels.size !== bytes) {
    throw new SelfsameError(
      `'${pixels.path}' is ${pixels.size} bytes long where its pictures take ${bytes}; pack them again`,
    )
  }
  const names = await namesIn(`${base}.names`, size)
  const source: Source = {
    name: folder,
    size,
    channels,
    maximum,
    nativeSize: side.native_size,
    ...(labels && common.classes && { labels: Int32Array.from(labels), classes: common.classes }),
    describe: (index) => names.get(index),
    read: async (index) => {
      checkIndex(source, index)
      const from = (starts[index] as number) * width
      const length = (starts[index + 1] as number) * width - from
      const data = valuesIn(await readPart(pixels, from, length, names.get(index)), width)
      return { data, ...shape(index) }
    },
  }
  const shape = (index: number) => ({
    height: sizes[2 * index] as number,
    width: sizes[2 * index + 1] as number,
    channels,
  })
  if (bytes > Math.min(AT_ONCE, budget.bytes)) return cached(source, budget)
  const all = valuesIn(await readAll(pixels, folder), width)
  budget.share(all.buffer).take(bytes)
  return {
    ...source,
    read: async (index) => {
      checkIndex(source, index)
      return { data: all.subarray(starts[index], starts[index + 1]), ...shape(index) }
    },
  }
}

async function whole(path: string): Promise<KnownFile> {
  try {
    return await knownFile(path)
  } catch (error) {
    throw new SelfsameError(
      `'${path}' cannot be opened (${(error as NodeJS.ErrnoException).code}); pack the pictures again`,
    )
  }
}

async function readAll(file: KnownFile, name: string): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(file.size)
  for (let from = 0; from < file.size; from += CHUNK) {
    const part = await readPart(file, from, Math.min(CHUNK, file.size - from), name)
    bytes.set(part, from)
  }
  return bytes
}

function valuesIn(bytes: Buffer, width: number): Values {
  if (width === 1) return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
  if (endianness() === 'BE') bytes.swap16()
  // a part of a larger buffer may begin at an odd place
  return bytes.byteOffset % 2 === 0
    ? new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2)
    : new Uint16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
}

/** Values of an npy file of the expected shape. */
async function numbers(path: string, shape: readonly number[]): Promise<ArrayLike<number>> {
  const array = await openNpy(path)
  if (array.shape.join() !== shape.join()) {
    throw new SelfsameError(
      `'${path}' has the shape [${array.shape.join(', ')}] where [${shape.join(', ')}] is expected; pack the pictures again`,
    )
  }
  const bytes = await readAll({ ...array.file, size: array.file.size }, path)
  return valuesOf(array.type, bytes.subarray(array.offset))
}

async function namesIn(path: string, count: number): Promise<NameList> {
  const bytes = await readAll(await whole(path), path)
  const names = new NameList()
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(0, from)
    if (end < 0) break
    names.push(bytes.toString('utf8', from, end))
    from = end + 1
  }
  if (names.length === count) return names
  throw new SelfsameError(`'${path}' has ${names.length} names for ${count} pictures; pack them again`)
}
