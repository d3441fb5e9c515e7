import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { SelfsameError, UsageError } from '../../errors.js'
import { makeFolder } from '../../make-folder.js'
import { setting } from '../../setting.js'
import { samePlace } from '../same-place.js'
import { writeWhole, writing } from './pack-files.js'
import type { LeftOut } from './pack-pictures.js'

/** What pack.json says about a folder of packed pictures. */
export interface PackRecord {
  format: number
  /** `decoded` in versions that wrote a format of their own */
  kind: 'tars' | 'arrays' | 'decoded'
  /** false as long as a pack is being made, or where that was broken off */
  finished: boolean
  /** what was packed and how: another pack into the same folder must agree */
  made_from: MadeFrom
  channels: number
  maximum: number
  classes?: readonly string[]
  sides: PackedSide[]
  left_out: LeftOut[]
}

export interface MadeFrom {
  data: string
  train: number
  test: number
  shard_mb?: number
  size?: number
}

/** One side of a split as packed. */
export interface PackedSide {
  name: 'train' | 'test'
  /** pictures in the pack */
  pictures: number
  native_size: number
  /** of tars: pictures of the set that each holds or leaves out, from the first to before the last */
  shards?: { file: string; from: number; to: number; pictures: number; bytes: number }[]
}

export const PACK_FORMAT = 1
export const RECORD = 'pack.json'
/** Lists pictures that are left out, where there are any. */
export const LEFT_OUT = 'left-out.jsonl'
const MOST_BYTES = 2 ** 28
const OWN =
  /^(train|test)(-\d{6,}\.tar|(_labels)?\.npy|\.pixels|\.sizes\.npy|\.labels\.npy|\.names)(\.part)?$|^(pack|classes)\.json(\.part)?$|^left-out\.jsonl(\.part)?$/

export async function writeRecord(folder: string, record: PackRecord): Promise<void> {
  await writeWhole(join(folder, RECORD), `${JSON.stringify(record, null, 1)}\n`)
}

/** @returns undefined where there is none @throws SelfsameError when it is damaged */
export async function readRecord(folder: string): Promise<PackRecord | undefined> {
  let text: string
  try {
    text = await readFile(join(folder, RECORD), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  let record: unknown
  try {
    record = text.length > MOST_BYTES ? undefined : JSON.parse(text)
  } catch {
    // told below
  }
  if (isRecord(record)) return record
  throw new SelfsameError(`'${join(folder, RECORD)}' is damaged; pack the pictures again`)
}

function isRecord(value: unknown): value is PackRecord {
  if (typeof value !== 'object' || value === null) return false
  const { format, kind, finished, channels, maximum, classes, sides, left_out } = value as PackRecord
  return (
    format === PACK_FORMAT &&
    ['tars', 'arrays', 'decoded'].includes(kind) &&
    typeof finished === 'boolean' &&
    isCount(channels) &&
    isCount(maximum) &&
    maximum <= 65535 &&
    (classes === undefined ||
      (Array.isArray(classes) && classes.every((name) => typeof name === 'string'))) &&
    Array.isArray(left_out) &&
    Array.isArray(sides) &&
    sides.every(
      ({ name, pictures }) => (name === 'train' || name === 'test') && Number.isSafeInteger(pictures),
    )
  )
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) > 0
}

/** True for a folder with these names, where earlier versions wrote pixels in a format of their own. */
export function isOldPack(names: readonly string[]): boolean {
  return names.includes(RECORD) && names.includes('train.pixels')
}

/** What is said of such a folder. */
export function refuseOldPack(folder: string): UsageError {
  return new UsageError(
    `'${folder}' holds pixels in a format of versions before the first release, which is read no more; pack the pictures again ${setting('decoded')}, which writes arrays (.npy)`,
  )
}

/**
 * Makes the folder ready: a pack of the same pictures in the same way is gone on with.
 * @returns what was packed before, finished or not
 * @throws UsageError when something else is there
 */
export async function beginPack(
  folder: string,
  record: PackRecord,
  force: boolean,
): Promise<PackRecord | undefined> {
  await writing(folder, async () => makeFolder(folder))
  const names = await readdir(folder)
  const foreign = names.find((name) => !OWN.test(name))
  if (foreign !== undefined) {
    throw new UsageError(`'${folder}' holds other things ('${foreign}'); give a new folder`)
  }
  const before = await readRecord(folder)
  if (before && !force) {
    if (before.kind === record.kind && madeAlike(before.made_from, record.made_from)) return before
    const state = before.finished ? 'a pack' : 'an unfinished pack'
    throw new UsageError(
      `'${folder}' holds ${state} of ${before.made_from.data} that was made otherwise; give a new folder, or ${setting('force')} to replace it`,
    )
  }
  if (!before && !force && names.length > 0) {
    throw new UsageError(
      `'${folder}' holds '${names[0]}' and no ${RECORD}; give a new folder, or ${setting('force')} to replace what is there`,
    )
  }
  for (const name of names) await rm(join(folder, name), { force: true })
  return undefined
}

function madeAlike({ data, ...rest }: MadeFrom, { data: now, ...others }: MadeFrom): boolean {
  return samePlace(data, now) && JSON.stringify(rest) === JSON.stringify(others)
}

/** Writes what comes last: which pictures were left out, and that all is done. */
export async function finishPack(folder: string, record: PackRecord): Promise<PackRecord> {
  if (record.left_out.length > 0) {
    const lines = record.left_out.map((one) => `${JSON.stringify(one)}\n`).join('')
    await writeWhole(join(folder, LEFT_OUT), lines)
  }
  const done = { ...record, finished: true }
  await writeRecord(folder, done)
  return done
}
