import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { PictureError } from '../picture.js'
import type { Data, EncodedPicture, Source } from '../source.js'
import { keysOf } from './pack-keys.js'
import { encodedOf, inOrder } from './pack-pictures.js'
import { type PackedSide, type PackRecord, writeRecord } from './pack-record.js'
import { TarWriter } from './pack-tar.js'

/**
 * Writes tars in WebDataset's manner, `train-000000.tar` and so on: each picture as it is stored, beside it its class's
 * number as .cls and, where its key is a number, its path as .txt. After each tar the record is written, so that a
 * pack that is broken off goes on from there.
 * @param before the record so far
 * @param most bytes after which a tar ends
 * @param step told after each picture; what it throws ends the work
 */
export async function packTars(
  { train, test }: Data,
  folder: string,
  before: PackRecord,
  most: number,
  step: (pictures?: number) => void,
): Promise<PackRecord> {
  const record: PackRecord = { ...before, sides: [...before.sides], left_out: [...before.left_out] }
  const pack = async (name: PackedSide['name'], source: Source) => {
    const known = record.sides.findIndex((side) => side.name === name)
    const side: PackedSide =
      known >= 0
        ? (record.sides[known] as PackedSide)
        : { name, pictures: 0, native_size: source.nativeSize, shards: [] }
    if (known < 0) record.sides.push(side)
    await packSide(source, folder, record, side, most, step)
  }
  await pack('train', train)
  if (test) await pack('test', test)
  return record
}

async function packSide(
  source: Source,
  folder: string,
  record: PackRecord,
  side: PackedSide,
  most: number,
  step: (pictures?: number) => void,
): Promise<void> {
  const shards = side.shards ?? []
  side.shards = shards
  const { key, numbered } = keysOf(source)
  const begun = await keepWhole(folder, record, side, shards)
  if (begun > 0) step(begun)
  let index = begun
  let tar: TarWriter | undefined
  let from = index
  let pictures = 0
  let left: PackRecord['left_out'] = []
  const file = () => `${side.name}-${String(shards.length).padStart(6, '0')}.tar`
  const close = async () => {
    if (!tar) return
    await tar.finish()
    shards.push({ file: file(), from, to: index, pictures, bytes: tar.bytes })
    tar = undefined
    side.pictures += pictures
    record.left_out.push(...left)
    await writeRecord(folder, record)
    left = []
  }
  try {
    for await (const made of inOrder(source, begun, (at, picture) => encodedOf(source, at, picture))) {
      if (tar && tar.bytes >= most) await close()
      if (made instanceof PictureError) {
        left.push({ side: side.name, index, path: source.describe(index), reason: made.reason })
      } else {
        if (!tar) {
          tar = await TarWriter.begin(join(folder, file()))
          from = shards.at(-1)?.to ?? 0
          pictures = 0
        }
        await addSample(tar, key(index), made, source, index, numbered)
        pictures++
      }
      index++
      step()
    }
    await close()
    record.left_out.push(...left)
  } catch (error) {
    await tar?.abandon()
    throw error
  }
}

/** Drops what the record says of tars from the first one on that is gone or cut short. @returns where to go on */
async function keepWhole(
  folder: string,
  record: PackRecord,
  side: PackedSide,
  shards: NonNullable<PackedSide['shards']>,
): Promise<number> {
  for (const [at, { file, bytes, from }] of shards.entries()) {
    const found = await stat(join(folder, file)).catch(() => undefined)
    if (found?.size === bytes) continue
    side.pictures -= shards.splice(at).reduce((sum, { pictures }) => sum + pictures, 0)
    record.left_out = record.left_out.filter((one) => one.side !== side.name || one.index < from)
    break
  }
  return shards.at(-1)?.to ?? 0
}

async function addSample(
  tar: TarWriter,
  key: string,
  { bytes, extension }: EncodedPicture,
  source: Source,
  index: number,
  numbered: boolean,
): Promise<void> {
  await tar.add(`${key}.${extension}`, bytes)
  const label = source.labels?.[index] ?? -1
  if (label >= 0) await tar.add(`${key}.cls`, Buffer.from(String(label)))
  if (numbered) await tar.add(`${key}.txt`, Buffer.from(source.describe(index)))
}
