import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { SelfsameError, UsageError } from '../errors.js'
import { CIFAR10_CLASSES } from './classes.js'
import { pixelSource } from './pixels.js'
import type { Data, Source } from './source.js'

const SIDE = 32
const PLANE = SIDE * SIDE
const PIXELS = 3 * PLANE
const RECORD = 1 + PIXELS
const TRAIN = [1, 2, 3, 4, 5].map((number) => `data_batch_${number}.bin`)
const TEST = 'test_batch.bin'
// a batch has 10,000 records; a file a hundred times as long is not one
const MAX_RECORDS = 1_000_000

/** True for the file names of CIFAR-10's binary version. */
export function isCifarName(name: string): boolean {
  return TRAIN.includes(name) || name === TEST
}

/**
 * Opens CIFAR-10's binary version: 3 channels, 32×32 px.
 * @throws UsageError when one of the five training files is missing, SelfsameError when a file is damaged
 */
export async function openCifar(folder: string, names: readonly string[]): Promise<Data> {
  const missing = TRAIN.filter((name) => !names.includes(name))
  if (missing.length > 0) {
    throw new UsageError(
      `folder '${folder}' holds CIFAR-10 but lacks ${missing.join(', ')}; unpack all of 'CIFAR-10 binary version' there`,
    )
  }
  const train = await readFiles(folder, TRAIN, 'train')
  return { train, ...(names.includes(TEST) && { test: await readFiles(folder, [TEST], 'test') }) }
}

async function readFiles(folder: string, names: readonly string[], part: string): Promise<Source> {
  const paths = names.map((name) => join(folder, name))
  const counts = await Promise.all(paths.map((path) => withFile(path, (file) => recordsIn(path, file))))
  const count = counts.reduce((sum, records) => sum + records, 0)
  const data = new Uint8Array(count * PIXELS)
  const labels = new Int32Array(count)
  let first = 0
  for (const [at, path] of paths.entries()) {
    const records = counts[at] ?? 0
    await withFile(path, async (file) =>
      unpack(path, await readAll(path, file, records), data, labels, first),
    )
    first += records
  }
  return pixelSource({
    name: folder,
    part,
    data,
    height: SIDE,
    width: SIDE,
    channels: 3,
    labels,
    classes: CIFAR10_CLASSES,
  })
}

async function recordsIn(path: string, file: FileHandle): Promise<number> {
  const { size } = await file.stat()
  if (size === 0 || size % RECORD !== 0 || size > MAX_RECORDS * RECORD) {
    throw new SelfsameError(
      `'${path}' is ${size} bytes long where CIFAR-10 has records of ${RECORD} bytes; get the file again`,
    )
  }
  return size / RECORD
}

async function readAll(path: string, file: FileHandle, records: number): Promise<Buffer> {
  const bytes = Buffer.alloc(records * RECORD)
  for (let filled = 0; filled < bytes.length; ) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, filled)
    if (bytesRead === 0)
      throw new SelfsameError(`'${path}' became shorter while it was read; get the file again`)
    filled += bytesRead
  }
  return bytes
}

/** Writes the records' three planes as interleaved pixels. */
function unpack(path: string, records: Buffer, data: Uint8Array, labels: Int32Array, first: number): void {
  for (let record = 0; record * RECORD < records.length; record++) {
    const from = record * RECORD
    const label = records[from] ?? 0
    if (label >= CIFAR10_CLASSES.length) {
      throw new SelfsameError(
        `'${path}' has label ${label} in record ${record} where 0 to 9 exist; get the file again`,
      )
    }
    labels[first + record] = label
    let to = (first + record) * PIXELS
    for (let at = from + 1; at <= from + PLANE; at++) {
      data[to++] = records[at] as number
      data[to++] = records[at + PLANE] as number
      data[to++] = records[at + 2 * PLANE] as number
    }
  }
}

async function withFile<T>(path: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  let file: FileHandle
  try {
    file = await open(path, 'r')
  } catch (error) {
    throw new SelfsameError(`'${path}' cannot be opened (${(error as Error).message}); get the file again`)
  }
  try {
    return await use(file)
  } finally {
    await file.close()
  }
}
