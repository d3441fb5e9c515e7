import { basename, dirname, join } from 'node:path'
import { SelfsameError, UsageError } from '../../errors.js'
import { partOf } from '../names/split.js'
import type { Data, Source } from '../source.js'
import { arrayShape, interleave } from './array-shape.js'
import { FASHION_CLASSES } from './classes.js'
import { type Idx, readIdx } from './idx-file.js'
import { pixelSource } from './pixels.js'

const PICTURES = /[-.]idx[34]-ubyte(\.gz)?$/
const NAME = /[-.]idx[134]-ubyte(\.gz)?$/

/** True when a folder with these file names holds IDX files of pictures. */
export function isIdxFolder(names: readonly string[]): boolean {
  return names.some((name) => PICTURES.test(name))
}

/** True for the name of an IDX file of pictures or labels. */
export function isIdxName(name: string): boolean {
  return NAME.test(name)
}

/**
 * Opens IDX files of pictures with the labels beside them, such as train-images-idx3-ubyte.gz, packed or not: 1
 * channel, or as many as the fourth axis says. The set may have any name: `emnist-letters-train-images-idx3-ubyte.gz`.
 * @throws UsageError when there is nothing to train on or more than one set, SelfsameError when a file is damaged
 */
export async function openIdx(folder: string, names: readonly string[]): Promise<Data> {
  const pictures = names.filter((name) => PICTURES.test(name))
  const sets = new Set(pictures.map(setOf))
  if (sets.size > 1) {
    throw new UsageError(
      `folder '${folder}' has the IDX files of ${sets.size} sets; give a file of the one that is meant, such as '${join(folder, pictures[0] ?? '')}'`,
    )
  }
  const find = (...parts: (string | undefined)[]) => pictures.find((name) => parts.includes(partOf(name)))
  const train = find('train') ?? find(undefined)
  if (train === undefined) {
    throw new UsageError(
      `folder '${folder}' has IDX files but no train-images-idx3-ubyte(.gz); add that file`,
    )
  }
  const classes = /fashion/i.test(basename(folder)) ? FASHION_CLASSES : undefined
  const test = find('test') ?? find('val')
  return {
    train: await openPart(folder, names, train, 'train', classes),
    ...(test && { test: await openPart(folder, names, test, 'test', classes) }),
  }
}

/**
 * Opens the set that one IDX file of pictures belongs to: with the pictures for testing where it is the file for
 * training.
 * @throws UsageError when it is no file of pictures, SelfsameError when a file is damaged
 */
export async function openIdxFile(path: string, beside: readonly string[]): Promise<Data> {
  const name = basename(path)
  if (!PICTURES.test(name)) {
    throw new UsageError(
      `'${path}' is an IDX file of labels where one of pictures is expected; give its folder '${dirname(path)}'`,
    )
  }
  const part = partOf(name)
  if (part !== 'train' && part !== undefined)
    return { train: await openPart(dirname(path), beside, name, part, undefined) }
  const others = beside.filter((other) => setOf(other) === setOf(name) && partOf(other) !== part)
  const labels = beside.filter((other) => !PICTURES.test(other))
  return openIdx(dirname(path), [name, ...others, ...labels])
}

/** What the names of one set's files of pictures have in common. */
function setOf(name: string): string {
  return name
    .replace(PICTURES, '')
    .split(/[-_.]/)
    .filter((word) => partOf(word) === undefined)
    .join('-')
}

async function openPart(
  folder: string,
  names: readonly string[],
  imagesName: string,
  part: string,
  named: readonly string[] | undefined,
): Promise<Source> {
  const images = pictures(join(folder, imagesName), await readIdx(join(folder, imagesName), 3, 4))
  const { data, count, height, width, channels } = images
  const base = { name: folder, part, data, height, width, channels }
  const labelsName = labelsOf(imagesName, names)
  if (labelsName === undefined) return pixelSource(base)
  const { data: labels, shape } = await readIdx(join(folder, labelsName), 1)
  if (shape[0] !== count) {
    throw new SelfsameError(
      `'${join(folder, labelsName)}' has ${shape[0]} labels where ${imagesName} has ${count} pictures; get both files again`,
    )
  }
  const classCount = labels.reduce((most, label) => Math.max(most, label + 1), 0)
  const classes =
    named && classCount <= named.length
      ? named
      : Array.from({ length: classCount }, (_, label) => String(label))
  return pixelSource({ ...base, labels: Int32Array.from(labels), classes })
}

function pictures(path: string, { data, shape }: Idx) {
  const layout = arrayShape(shape)
  if (typeof layout === 'string') throw new SelfsameError(`'${path}' ${layout}; write it as [N, H, W, C]`)
  if (!layout.planes) return { ...layout, data }
  const into = new Uint8Array(data.length)
  const length = layout.height * layout.width * layout.channels
  for (let at = 0; at < data.length; at += length)
    interleave(data.subarray(at, at + length), into.subarray(at, at + length), layout.channels)
  return { ...layout, data: into }
}

/** The file of labels for a file of pictures: the same name but for 'labels' and the number of axes. */
function labelsOf(name: string, names: readonly string[]): string | undefined {
  const plain = (file: string) =>
    file
      .replace(NAME, '')
      .replace(/images?|labels?/, '')
      .toLowerCase()
  return names.find((other) => /[-.]idx1-ubyte(\.gz)?$/.test(other) && plain(other) === plain(name))
}
