import { join } from 'node:path'
import { SelfsameError, UsageError } from '../../errors.js'
import type { Budget } from '../cache.js'
import type { Values } from '../picture.js'
import type { Data, Source } from '../source.js'
import { knownFile } from './handles.js'
import { type Run, recordSource } from './records.js'
import { readAll, readSmallFile, withFile } from './set-file.js'

const SIDE = 96
const PLANE = SIDE * SIDE
const PICTURE = 3 * PLANE
const CLASSES = ['airplane', 'bird', 'car', 'cat', 'deer', 'dog', 'horse', 'monkey', 'ship', 'truck']

/** True when a folder with these file names holds STL-10's binary version. */
export function isStl10Folder(names: readonly string[]): boolean {
  return names.some((name) => /^(train|test|unlabeled)_X\.bin$/.test(name))
}

/**
 * Opens STL-10's binary version: 3 channels, 96×96 px. Training is on the unlabelled pictures followed by the labelled
 * training pictures, as the set is meant for; the former have label -1.
 * @throws UsageError when there is nothing to train on, SelfsameError when a file is damaged
 */
export async function openStl10(folder: string, names: readonly string[], budget: Budget): Promise<Data> {
  const parts = ['unlabeled', 'train'].filter((part) => names.includes(`${part}_X.bin`))
  if (parts.length === 0) {
    throw new UsageError(
      `folder '${folder}' holds STL-10 but lacks unlabeled_X.bin and train_X.bin; unpack all of 'stl10_binary.tar.gz' there`,
    )
  }
  const classes = await classNames(folder, names)
  const open = (part: string, files: readonly string[]) =>
    openPart({ folder, names, classes }, part, files, budget)
  const train = await open('train', parts)
  return { train, ...(names.includes('test_X.bin') && { test: await open('test', ['test']) }) }
}

interface Set {
  folder: string
  names: readonly string[]
  classes: readonly string[]
}

async function openPart(
  { folder, names, classes }: Set,
  part: string,
  files: readonly string[],
  budget: Budget,
): Promise<Source> {
  const runs: Run[] = []
  const labels: Int32Array[] = []
  for (const file of files) {
    const run = await runOf(join(folder, `${file}_X.bin`))
    runs.push(run)
    const labelled = names.includes(`${file}_y.bin`)
    labels.push(
      labelled
        ? await readLabels(join(folder, `${file}_y.bin`), run.count)
        : new Int32Array(run.count).fill(-1),
    )
  }
  const all = new Int32Array(labels.reduce((sum, some) => sum + some.length, 0))
  let at = 0
  for (const some of labels) {
    all.set(some, at)
    at += some.length
  }
  const known = all.some((label) => label >= 0)
  return recordSource(
    {
      name: folder,
      part,
      height: SIDE,
      width: SIDE,
      channels: 3,
      ...(known && { labels: all, classes }),
      runs,
      stride: PICTURE,
      unpack,
    },
    budget,
  )
}

async function runOf(path: string): Promise<Run> {
  // also says in one sentence where the file cannot be opened
  const file = await withFile(path, () => knownFile(path))
  if (file.size === 0 || file.size % PICTURE !== 0) {
    throw new SelfsameError(
      `'${path}' is ${file.size} bytes long where STL-10 has pictures of ${PICTURE} bytes; get the file again`,
    )
  }
  return { file, offset: 0, count: file.size / PICTURE }
}

/** Labels, which are 1 to 10 in the file. */
function readLabels(path: string, count: number): Promise<Int32Array> {
  return withFile(path, async (file) => {
    const { size } = await file.stat()
    if (size !== count)
      throw new SelfsameError(
        `'${path}' has ${size} labels where there are ${count} pictures; get both files again`,
      )
    const bytes = Buffer.alloc(count)
    await readAll(path, file, bytes)
    const wrong = bytes.findIndex((label) => label < 1 || label > CLASSES.length)
    if (wrong >= 0) {
      throw new SelfsameError(
        `'${path}' has label ${bytes[wrong]} for picture ${wrong} where 1 to 10 exist; get the file again`,
      )
    }
    return Int32Array.from(bytes, (label) => label - 1)
  })
}

async function classNames(folder: string, names: readonly string[]): Promise<readonly string[]> {
  if (!names.includes('class_names.txt')) return CLASSES
  const lines = (await readSmallFile(join(folder, 'class_names.txt'))).trim().split(/\s+/)
  return lines.length === CLASSES.length ? lines : CLASSES
}

/** Three planes, each column by column. */
function unpack(bytes: Buffer, into: Values): void {
  let to = 0
  for (let row = 0; row < SIDE; row++) {
    for (let at = row; at < PLANE; at += SIDE) {
      into[to++] = bytes[at] as number
      into[to++] = bytes[at + PLANE] as number
      into[to++] = bytes[at + 2 * PLANE] as number
    }
  }
}
