import { sortedByBytes } from './order.js'

/** The pictures of one side of a split. */
export interface Side {
  files: string[]
  /** class of each file, where every file lies in a class folder */
  labels?: Int32Array
}

/** A folder's files, split and labelled by where they lie. */
export interface Arrangement {
  train: Side
  test?: Side
  classes?: string[]
}

const TRAIN = ['train', 'training']
const TEST = ['test', 'testing', 'val', 'valid', 'validation']

/**
 * Takes a top-level split off and labels pictures by their first-level folder.
 * A split is `train/` beside `test/` (or, failing that, `val/`); pictures beside those folders then belong to neither.
 * There are labels when every picture for training lies in a folder and there are at least two such folders; pictures
 * for testing share the classes.
 * @param files relative paths with '/', sorted
 */
export function arrange(files: readonly string[]): Arrangement {
  const tops = new Set(files.filter((file) => file.includes('/')).map(firstFolder))
  const named = (names: readonly string[]) =>
    names.map((name) => [...tops].find((top) => top.toLowerCase() === name)).find((top) => top !== undefined)
  const train = named(TRAIN)
  const test = named(TEST)
  if (train === undefined || test === undefined) return label([...files], undefined, 0)
  const within = (top: string) => files.filter((file) => file.startsWith(`${top}/`))
  return label(within(train), within(test), 1)
}

function label(train: string[], test: string[] | undefined, depth: number): Arrangement {
  const sides = { train: { files: train }, ...(test && { test: { files: test } }) }
  const classOf = (file: string) => file.split('/').slice(depth, -1)[0]
  const trained = train.map(classOf)
  if (trained.includes(undefined) || new Set(trained).size < 2) return sides
  const tested = test?.map(classOf)
  const known = tested !== undefined && !tested.includes(undefined)
  const classes = sortedByBytes(new Set([...trained, ...(known ? tested : [])] as string[]))
  const number = new Map<string | undefined, number>(classes.map((name, at) => [name, at]))
  const labels = (names: readonly (string | undefined)[]) =>
    Int32Array.from(names, (name) => number.get(name) ?? -1)
  return {
    train: { files: train, labels: labels(trained) },
    ...(test && { test: { files: test, ...(known && { labels: labels(tested) }) } }),
    classes,
  }
}

function firstFolder(file: string): string {
  return file.slice(0, file.indexOf('/'))
}
