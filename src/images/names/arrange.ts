import {
  type Folder,
  type Folders,
  foldersIn,
  lookThrough,
  type Range,
  sizeOf,
  topFolders,
} from './folders.js'
import { ClassNames } from './labels.js'
import type { Names } from './names.js'
import { heldPart, isSplit, type Part, partOf, stemOf, unlabelledNote, validationNote } from './split.js'

/** The pictures of one side of a split. */
export interface Side {
  files: Names
  /** class of each file, below 0 where it has none, where this side has classes */
  labels?: Int32Array
}

/** Files, split and labelled. */
export interface Arrangement {
  train: Side
  test?: Side
  classes?: string[]
  /** one clause for each kind of thing that was left out, or is used otherwise than its place says */
  notes: string[]
}

/**
 * Takes a top-level split off and labels pictures by the folders below it. A folder that all lie in does not count,
 * unless they lie in it directly.
 * - A split is a folder named by a word for training beside another for testing or, failing that, for validation, in any
 *   case: `train/` and `test/`, `Training Data/` and `val/`. A folder named unlabelled is for training, too. What else
 *   lies beside them belongs to no side, and a note says so.
 * - A side has classes where all of its pictures lie in folders; folders named unlabelled are none. A single folder is
 *   one where the other side has it, too. There are two classes at least.
 * @param files relative paths with '/', sorted by bytes, so that a folder's files lie together
 */
export function arrange(files: Names): Arrangement {
  const all = lookThrough(files, { from: 0, to: files.length, depth: 0 })
  const split = splitOf(files, all)
  return split
    ? { ...label(files, split), notes: split.notes }
    : { ...label(files, { train: [all] }), notes: [] }
}

interface Split {
  train: Range[]
  test?: Range[]
}

/** The split that folders in a range are by their names; nothing where they are none. */
function splitOf(files: Names, all: Range): (Split & { notes: string[] }) | undefined {
  const { folders, others } = topFolders(files, all, (name) => partOf(name) !== undefined)
  const parts = new Map<string, (Part | undefined)[]>()
  for (const { name } of folders) {
    const stem = stemOf(name)
    const known = parts.get(stem)
    if (known) known.push(partOf(name))
    else parts.set(stem, [partOf(name)])
  }
  // 'train_station' beside 'test_kitchen' is none
  const alone = parts.size === 1 && others === 0
  const ours = folders.filter(({ name }) => isSplit(parts.get(stemOf(name)) ?? [], alone))
  if (ours.length === 0) return undefined
  const of = (...parts: Part[]) => ours.filter(({ name }) => parts.includes(partOf(name) as Part))
  const held = heldPart(ours.map(({ name }) => partOf(name)))
  const test = of(held)
  const unlabelled = of('unlabelled')
  const spared = held === 'test' ? sizeOf(of('val')) : 0
  const beside = all.to - all.from - sizeOf(ours)
  return {
    train: of('train', 'unlabelled').map((range) => ({ ...range, bare: unlabelled.includes(range) })),
    ...(test.length > 0 && { test }),
    notes: [
      ...(unlabelled.length > 0 ? [unlabelledNote(sizeOf(unlabelled))] : []),
      ...(spared > 0 ? [validationNote(spared)] : []),
      ...(beside > 0 ? [besideNote(beside, ours)] : []),
    ],
  }
}

function besideNote(pictures: number, folders: readonly Folder[]): string {
  const names = folders.map(({ name }) => `'${name}'`).join(', ')
  return `left out because they lie beside ${names}: ${pictures} (to train on them, put them into a folder 'unlabeled' there)`
}

function label(files: Names, { train, test }: Split): Omit<Arrangement, 'notes'> {
  const names = new ClassNames()
  const sides = classFolders(files, train, test ?? []).map(
    (side) => side && { of: side.of, numbers: side.names.map((name) => names.number(name)) },
  )
  const { classes, renumber } = names.sorted()
  const some = classes.length > 1
  const [inTrain, inTest] = sides.map(
    (side) => some && side?.of.map((at) => renumber[side.numbers[at] ?? -1] ?? -1),
  )
  return {
    train: { files: files.parts(train), ...(inTrain && { labels: inTrain }) },
    ...(test && { test: { files: files.parts(test), ...(inTest && { labels: inTest }) } }),
    ...(some && { classes }),
  }
}

/** The class folders of both sides. */
function classFolders(
  files: Names,
  train: readonly Range[],
  test: readonly Range[],
): (Folders | undefined)[] {
  const trained = classesIn(files, train, foldersIn(files, test))
  const tested = classesIn(files, test, trained)
  return [trained ?? classesIn(files, train, tested), tested]
}

/**
 * Folders that are classes: several, or one that the other side has, too. Else those within the folder that all lie in, as
 * programs that want class folders ask for where there are no classes.
 */
function classesIn(files: Names, ranges: readonly Range[], other: Folders | undefined): Folders | undefined {
  const others = new Set(other?.names)
  const within = ranges.map((range) => lookThrough(files, range))
  for (const some of [ranges, within]) {
    const found = foldersIn(files, some)
    const [one = ''] = found?.names ?? []
    if (found?.names.some((name) => name !== one) || (others.size > 1 && others.has(one))) return found
  }
  return undefined
}
