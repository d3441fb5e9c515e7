import { ClassNames } from './labels.js'
import type { Names } from './names.js'
import { TEST_WORDS, TRAIN_WORDS } from './split.js'

/** The pictures of one side of a split. */
export interface Side {
  files: Names
  /** class of each file, where every file lies in a class folder */
  labels?: Int32Array
}

/** A folder's files, split and labelled by where they lie. */
export interface Arrangement {
  train: Side
  test?: Side
  classes?: string[]
}

// more folders than this are no classes
const MOST_CLASSES = 100_000

/**
 * Takes a top-level split off and labels pictures by their first-level folder.
 * A split is `train/` beside `test/` (or, failing that, `val/`); pictures beside those folders then belong to neither.
 * There are labels when every picture for training lies in a folder and there are at least two such folders; pictures
 * for testing share the classes.
 * @param files relative paths with '/', sorted by bytes, so that a folder's files lie together
 */
export function arrange(files: Names): Arrangement {
  const tops = splitFolders(files)
  const named = (words: readonly string[]) => words.map((word) => tops.get(word)).find((range) => range)
  const train = named(TRAIN_WORDS)
  const test = named(TEST_WORDS)
  if (train === undefined || test === undefined) return label(files, undefined, 0)
  return label(files.slice(...train), files.slice(...test), 1)
}

/** Where the files of top-level folders lie whose names are words for a split, by that word. */
function splitFolders(files: Names): Map<string, [from: number, to: number]> {
  const words = [...TRAIN_WORDS, ...TEST_WORDS]
  const found = new Map<string, [number, number]>()
  let last: string | undefined
  let range: [number, number] | undefined
  for (let index = 0; index < files.length; index++) {
    const top = folderOf(files.get(index), 0)
    if (top !== last) {
      const word = top?.toLowerCase() ?? ''
      // 'Test' and 'test' side by side: the first counts
      range = words.includes(word) && !found.has(word) ? [index, index] : undefined
      if (range) found.set(word, range)
      last = top
    }
    if (range) range[1] = index + 1
  }
  return found
}

function label(train: Names, test: Names | undefined, depth: number): Arrangement {
  const trained = folders(train, depth)
  const tested = test && folders(test, depth)
  if (trained === undefined || trained.names.length < 2) {
    return { train: { files: train }, ...(test && { test: { files: test } }) }
  }
  const names = new ClassNames()
  const inTrain = trained.names.map((name) => names.number(name))
  const inTest = tested?.names.map((name) => names.number(name))
  const { classes, renumber } = names.sorted()
  const labels = (of: Int32Array, numbers: number[]) =>
    of.map((at) => renumber[numbers[at] as number] as number)
  return {
    train: { files: train, labels: labels(trained.of, inTrain) },
    ...(test && { test: { files: test, ...(tested && inTest && { labels: labels(tested.of, inTest) }) } }),
    classes,
  }
}

/** The folders that files lie in, and which of them each file; nothing where a file lies in none. */
function folders(files: Names, depth: number): { names: string[]; of: Int32Array } | undefined {
  const names: string[] = []
  const of = new Int32Array(files.length)
  let last: string | undefined
  for (let index = 0; index < files.length; index++) {
    const folder = folderOf(files.get(index), depth)
    if (folder === undefined || names.length > MOST_CLASSES) return undefined
    if (folder !== last) names.push(folder)
    last = folder
    of[index] = names.length - 1
  }
  return { names, of }
}

function folderOf(file: string, depth: number): string | undefined {
  const begin = depth === 0 ? 0 : file.indexOf('/') + 1
  const end = file.indexOf('/', begin)
  return end === -1 ? undefined : file.slice(begin, end)
}
