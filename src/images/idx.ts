import { basename, join } from 'node:path'
import { SelfsameError, UsageError } from '../errors.js'
import { FASHION_CLASSES } from './classes.js'
import { readIdx } from './idx-file.js'
import { pixelSource } from './pixels.js'
import type { Data, Source } from './source.js'

const NAME = /^(train|t10k)-(images|labels)[-.]idx[13]-ubyte(\.gz)?$/

/** True when a folder with these file names holds a set in MNIST's layout. */
export function isIdxFolder(names: readonly string[]): boolean {
  return names.some((name) => NAME.test(name) && name.includes('images'))
}

/** True for the file names of a set in MNIST's layout. */
export function isIdxName(name: string): boolean {
  return NAME.test(name)
}

/**
 * Opens a set in MNIST's layout (train-images-idx3-ubyte.gz and so on, packed or not): 1 channel.
 * @throws UsageError when a file is missing, SelfsameError when one is damaged
 */
export async function openIdx(folder: string, names: readonly string[]): Promise<Data> {
  const classes = /fashion/i.test(basename(folder)) ? FASHION_CLASSES : undefined
  const train = await openPart(folder, names, 'train', 'train', classes)
  if (train === undefined) {
    throw new UsageError(
      `folder '${folder}' has IDX files but no train-images-idx3-ubyte(.gz); add that file`,
    )
  }
  const test = await openPart(folder, names, 't10k', 'test', classes)
  return { train, ...(test && { test }) }
}

async function openPart(
  folder: string,
  names: readonly string[],
  prefix: string,
  part: string,
  named: readonly string[] | undefined,
): Promise<Source | undefined> {
  const find = (kind: string) => names.find((name) => NAME.test(name) && name.startsWith(`${prefix}-${kind}`))
  const imagesName = find('images')
  if (imagesName === undefined) return undefined
  const images = await readIdx(join(folder, imagesName), 3)
  const [count = 0, height = 0, width = 0] = images.shape
  const base = { name: folder, part, data: images.data, height, width, channels: 1 }
  const labelsName = find('labels')
  if (labelsName === undefined) return pixelSource(base)
  const { data, shape } = await readIdx(join(folder, labelsName), 1)
  if (shape[0] !== count) {
    throw new SelfsameError(
      `'${join(folder, labelsName)}' has ${shape[0]} labels where ${imagesName} has ${count} pictures; get both files again`,
    )
  }
  const classCount = data.reduce((most, label) => Math.max(most, label + 1), 0)
  const classes =
    named && classCount <= named.length
      ? named
      : Array.from({ length: classCount }, (_, label) => String(label))
  return pixelSource({ ...base, labels: Int32Array.from(data), classes })
}
