import { join } from 'node:path'
import { UsageError } from '../../errors.js'
import { isPictureName } from '../decode/formats.js'
import { type Part, partOf, wordsOf } from '../names/split.js'

/** A file of pictures and the file of their labels. */
export interface ArrayFile {
  pictures: string
  labels?: string
}

const LABELS = ['y', 'label', 'labels', 'target', 'targets', 'class', 'classes']
const PICTURES = ['x', 'image', 'images', 'img', 'imgs', 'picture', 'pictures', 'data']

/** True for the name of an npy file. */
export function isNpyName(name: string): boolean {
  return /\.npy$/i.test(name)
}

/** True for the name of an archive of npy files. */
export function isNpzName(name: string): boolean {
  return /\.npz$/i.test(name)
}

/** True when a folder with these file names holds arrays, and no pictures beside them. */
export function isArrayFolder(names: readonly string[]): boolean {
  return names.some(isNpyName) && !names.some(isPictureName)
}

/**
 * Says which npy files of a folder are pictures, for which side of a split, and which are whose labels: by the words of
 * their names, such as train.npy and train_labels.npy, x_test.npy and y_test.npy, birds.npy and labels.npy.
 * What is for neither side is in `left`.
 * @param only the one file that was named, where it was one
 * @throws UsageError when that leaves open what to train on
 */
export function arrayFiles(
  folder: string,
  names: readonly string[],
  only: string | undefined,
): { train: ArrayFile; test?: ArrayFile; left?: string[] } {
  const arrays = names.filter(isNpyName).sort()
  const labels = arrays.filter((name) => isLabels(name) && name !== only)
  const pictures = arrays.filter((name) => !isLabels(name))
  const withLabels = (name: string): ArrayFile => {
    const own = labels.filter((file) => partOf(plain(file)) === partOf(plain(name)))
    const found =
      own.find((file) => stem(file) === stem(name)) ??
      // 'labels.npy' beside one file of pictures
      (pictures.length === 1 || partOf(name) !== undefined
        ? own.find((file) => stem(file) === '')
        : undefined)
    return { pictures: name, ...(found && { labels: found }) }
  }
  if (only !== undefined) {
    if (isLabels(only) && pictures.length > 0)
      throw new UsageError(
        `'${join(folder, only)}' is an array of labels by its name; give '${join(folder, pictures[0] as string)}' or the like`,
      )
    return { train: withLabels(only) }
  }
  const side = (part: Part) => pictures.filter((name) => partOf(plain(name)) === part)
  const train = side('train')
  const test = side('test').length > 0 ? side('test') : side('val')
  if (train.length === 1 && test.length <= 1) {
    const left = pictures.filter((name) => name !== train[0] && name !== test[0])
    return {
      train: withLabels(train[0] as string),
      ...(test[0] && { test: withLabels(test[0]) }),
      ...(left.length > 0 && { left }),
    }
  }
  if (pictures.length === 1) return { train: withLabels(pictures[0] as string) }
  throw new UsageError(
    pictures.length === 0
      ? `folder '${folder}' holds arrays of labels (${labels[0]}) but none of pictures; add train.npy or the like`
      : `folder '${folder}' holds ${pictures.length} arrays; give one of them, such as '${join(folder, pictures[0] as string)}', or name two train.npy and test.npy`,
  )
}

function plain(name: string): string {
  return name.replace(/\.npy$/i, '')
}

function isLabels(name: string): boolean {
  return wordsOf(plain(name)).some((word) => LABELS.includes(word))
}

/** The words of a name that say neither what it holds nor for which side. */
function stem(name: string): string {
  return wordsOf(plain(name))
    .filter((word) => !LABELS.includes(word) && !PICTURES.includes(word) && partOf(word) === undefined)
    .join('-')
}
