import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { SelfsameError, UsageError } from '../../errors.js'
import type { Data, Source } from '../source.js'
import { CIFAR10_CLASSES } from './classes.js'
import { pixelSource } from './pixels.js'
import { readAll, readSmallFile, withFile } from './set-file.js'

const SIDE = 32
const PLANE = SIDE * SIDE
const PIXELS = 3 * PLANE
// a batch has 10,000 records; a file a hundred times as long is not one
const MAX_RECORDS = 1_000_000

/** One of the two sets in CIFAR's binary layout. */
interface Kind {
  name: string
  train: readonly string[]
  test: string
  /** bytes before the pixels; the last one is the class */
  head: number
  classes: number
}

const CIFAR10: Kind = {
  name: 'CIFAR-10',
  train: [1, 2, 3, 4, 5].map((number) => `data_batch_${number}.bin`),
  test: 'test_batch.bin',
  head: 1,
  classes: 10,
}
const CIFAR100: Kind = { name: 'CIFAR-100', train: ['train.bin'], test: 'test.bin', head: 2, classes: 100 }
const FINE_NAMES = 'fine_label_names.txt'

/** True for the file names of CIFAR-10's binary version. */
export function isCifarName(name: string): boolean {
  return CIFAR10.train.includes(name) || name === CIFAR10.test
}

/** True when a folder with these file names holds CIFAR-100's binary version. */
export function isCifar100Folder(names: readonly string[]): boolean {
  return names.includes('train.bin') && (names.includes('test.bin') || names.includes(FINE_NAMES))
}

/**
 * Opens CIFAR-10's binary version: 3 channels, 32×32 px.
 * @throws UsageError when one of the five training files is missing, SelfsameError when a file is damaged
 */
export async function openCifar(folder: string, names: readonly string[]): Promise<Data> {
  return openKind(folder, names, CIFAR10, CIFAR10_CLASSES)
}

/**
 * Opens CIFAR-100's binary version, with its 100 fine classes: 3 channels, 32×32 px. Classes have the names in
 * fine_label_names.txt, or numbers where it is not there.
 * @throws SelfsameError when a file is damaged
 */
export async function openCifar100(folder: string, names: readonly string[]): Promise<Data> {
  return openKind(folder, names, CIFAR100, await fineNames(folder, names))
}

async function fineNames(folder: string, names: readonly string[]): Promise<string[]> {
  const lines = names.includes(FINE_NAMES)
    ? (await readSmallFile(join(folder, FINE_NAMES))).trim().split(/\s+/)
    : []
  return lines.length === CIFAR100.classes
    ? lines
    : Array.from({ length: CIFAR100.classes }, (_, n) => `${n}`)
}

async function openKind(
  folder: string,
  names: readonly string[],
  kind: Kind,
  classes: readonly string[],
): Promise<Data> {
  const missing = kind.train.filter((name) => !names.includes(name))
  if (missing.length > 0) {
    throw new UsageError(
      `folder '${folder}' holds ${kind.name} but lacks ${missing.join(', ')}; unpack all of '${kind.name} binary version' there`,
    )
  }
  const open = (files: readonly string[], part: string) => readFiles(folder, files, part, kind, classes)
  const train = await open(kind.train, 'train')
  return { train, ...(names.includes(kind.test) && { test: await open([kind.test], 'test') }) }
}

async function readFiles(
  folder: string,
  names: readonly string[],
  part: string,
  kind: Kind,
  classes: readonly string[],
): Promise<Source> {
  const paths = names.map((name) => join(folder, name))
  const counts = await Promise.all(paths.map((path) => withFile(path, (file) => recordsIn(path, file, kind))))
  const count = counts.reduce((sum, records) => sum + records, 0)
  const data = new Uint8Array(count * PIXELS)
  const labels = new Int32Array(count)
  let first = 0
  for (const [at, path] of paths.entries()) {
    const bytes = Buffer.alloc((counts[at] ?? 0) * (kind.head + PIXELS))
    await withFile(path, (file) => readAll(path, file, bytes))
    unpack(path, bytes, kind, { data, labels, first })
    first += counts[at] ?? 0
  }
  return pixelSource({ name: folder, part, data, height: SIDE, width: SIDE, channels: 3, labels, classes })
}

async function recordsIn(path: string, file: FileHandle, { name, head }: Kind): Promise<number> {
  const { size } = await file.stat()
  const record = head + PIXELS
  if (size === 0 || size % record !== 0 || size > MAX_RECORDS * record) {
    throw new SelfsameError(
      `'${path}' is ${size} bytes long where ${name} has records of ${record} bytes; get the file again`,
    )
  }
  return size / record
}

/** Writes the records' three planes as interleaved pixels, beginning with picture `first`. */
function unpack(
  path: string,
  records: Buffer,
  { head, classes }: Kind,
  { data, labels, first }: { data: Uint8Array; labels: Int32Array; first: number },
): void {
  const length = head + PIXELS
  for (let record = 0; record * length < records.length; record++) {
    const from = record * length + head
    const label = records[from - 1] ?? 0
    if (label >= classes) {
      throw new SelfsameError(
        `'${path}' has label ${label} in record ${record} where 0 to ${classes - 1} exist; get the file again`,
      )
    }
    labels[first + record] = label
    let to = (first + record) * PIXELS
    for (let at = from; at < from + PLANE; at++) {
      data[to++] = records[at] as number
      data[to++] = records[at + PLANE] as number
      data[to++] = records[at + 2 * PLANE] as number
    }
  }
}
