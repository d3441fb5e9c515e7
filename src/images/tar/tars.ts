import { basename, dirname } from 'node:path'
import type { Budget } from '../cache.js'
import type { Known } from '../decode/typical.js'
import { type Arrangement, arrange, type Side } from '../names/arrange.js'
import { ClassNames } from '../names/labels.js'
import { NameList, type Names } from '../names/names.js'
import { isSplit, type Part, partOf } from '../names/split.js'
import { classesBeside, pinsBeside } from '../pack/beside.js'
import type { OpenOptions } from '../place.js'
import type { Data, Source } from '../source.js'
import { openStored } from '../stored-pictures.js'
import { indexTar, type TarIndex } from './tar-index.js'
import { notesOnTars, nothingInTars } from './tar-notes.js'
import { TarPictures } from './tar-pictures.js'

const AT_ONCE = 4

/**
 * Opens pictures in tars. They are split by the tars' names (`train-000000.tar`, `test-000000.tar`) or by folders in
 * them, and labelled by the .cls or .json beside each (WebDataset) or else by folders, as folders of pictures are. A
 * folder that all lie in does not count.
 * @param name for messages
 * @param paths at least one, in order
 * @throws UsageError when they hold no picture, SelfsameError when nothing of them can be read
 */
export async function openTars(
  name: string,
  paths: readonly string[],
  options: OpenOptions,
  budget: Budget,
): Promise<Data> {
  const classNames = new ClassNames()
  const tars = await indexAll(paths, classNames, options)
  const pictures = new TarPictures(tars)
  if (pictures.count === 0) throw nothingInTars(name, tars)
  const sides = sidesOf(tars)
  const folder = dirname(paths[0] as string)
  const arranged = arrangement(pictures, sides)
  const { classes, renumber } = await classesBeside(folder, classNames.sorted())
  const trained = numbersIn(arranged.train)
  // words beside the pictures say more than where they lie
  const tested = arranged.test && numbersIn(arranged.test)
  const beside = [trained, tested].some((side) => side?.some((picture) => pictures.label(picture) >= 0))
  const open = (side: Side, numbers: Uint32Array, pins: Known): Promise<Source> => {
    const labels = beside
      ? Int32Array.from(numbers, (picture) => renumber[pictures.label(picture)] ?? -1)
      : side.labels
    const known = beside ? classes : arranged.classes
    const some = labels?.some((label) => label >= 0)
    const stored = { ...pictures.stored(name, numbers), ...(some && known && { labels, classes: known }) }
    return openStored(stored, pins, budget)
  }
  const neither = tars.filter((_, at) => sides[at] === undefined).map(({ file }) => basename(file.path))
  const notes = [...notesOnTars(tars, neither), ...arranged.notes]
  const train = await open(arranged.train, trained, await pinsBeside(folder))
  const { channels, maximum } = train
  return {
    train,
    ...(arranged.test && tested && { test: await open(arranged.test, tested, { channels, maximum }) }),
    ...(notes.length > 0 && { notes }),
  }
}

async function indexAll(
  paths: readonly string[],
  classNames: ClassNames,
  { progress }: OpenOptions,
): Promise<TarIndex[]> {
  const tars = new Array<TarIndex>(paths.length)
  let next = 0
  let done = 0
  const worker = async () => {
    for (let at = next++; at < paths.length; at = next++) {
      tars[at] = await indexTar(paths[at] as string, classNames)
      progress?.('Listing the tars', ++done, paths.length)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return tars
}

/** Which side of a split each tar is on, by its name; `all` where they are no split, nothing for one that is on none. */
function sidesOf(tars: readonly TarIndex[]): (Part | 'all' | undefined)[] {
  const parts = tars.map(({ file }) => partOf(basename(file.path)))
  return isSplit(parts, !parts.includes(undefined)) ? parts : parts.map(() => 'all')
}

/** Arranges the pictures as those of a folder, each name followed by the picture's number. */
function arrangement(pictures: TarPictures, sides: readonly (Part | 'all' | undefined)[]): Arrangement {
  const names = new NameList()
  for (const [at, from, to] of pictures.tars()) {
    const side = sides[at]
    if (side === undefined) continue
    const folder = side === 'all' ? '' : `${side}/`
    for (let picture = from; picture < to; picture++)
      names.push(`${folder}${pictures.name(picture)}\0${picture}`)
  }
  return arrange(names.sort())
}

function numbersIn({ files }: { files: Names }): Uint32Array {
  const numbers = new Uint32Array(files.length)
  for (let at = 0; at < numbers.length; at++) {
    const name = files.get(at)
    numbers[at] = Number(name.slice(name.lastIndexOf('\0') + 1))
  }
  return numbers
}
