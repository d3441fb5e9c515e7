import { basename } from 'node:path'
import { type Budget, cached } from '../cache.js'
import { typicalOf } from '../decode/typical.js'
import { type Arrangement, arrange, type Side } from '../names/arrange.js'
import { decoding } from '../names/files.js'
import { ClassNames } from '../names/labels.js'
import { NameList, type Names } from '../names/names.js'
import { partOf } from '../names/split.js'
import { classesBeside, pinsBeside } from '../pack/beside-tars.js'
import type { OpenOptions } from '../place.js'
import type { Data, Source } from '../source.js'
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
  const { sides, left } = sidesOf(tars)
  const arranged = arrangement(pictures, sides)
  const { classes, renumber } = await classesBeside(paths[0] as string, classNames.sorted())
  const trained = numbersIn(arranged.train)
  // words beside the pictures say more than where they lie
  const beside = trained.some((picture) => pictures.label(picture) >= 0)
  const open = async (side: Side, numbers: Uint32Array, pins: OpenOptions): Promise<Source> => {
    const labels = beside
      ? Int32Array.from(numbers, (picture) => renumber[pictures.label(picture)] ?? -1)
      : side.labels
    const known = beside ? classes : arranged.classes
    const typical = await typicalOf(name, numbers.length, pictures.look(numbers), pins)
    const source = pictures.source(name, numbers, typical, decoding(typical, options))
    const some = labels?.some((label) => label >= 0)
    return cached({ ...source, ...(some && known && { labels, classes: known }) }, budget)
  }
  const notes = notesOnTars(tars, left)
  const train = await open(arranged.train, trained, await pinsBeside(paths[0] as string, options))
  const { channels, maximum } = train
  return {
    train,
    ...(arranged.test && {
      test: await open(arranged.test, numbersIn(arranged.test), { channels, maximum }),
    }),
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

type SideOfTar = 'train' | 'test' | 'neither' | 'undecided'

/** Which side of a split each tar is on, by its name; none where not both sides are there. */
function sidesOf(tars: readonly TarIndex[]): { sides: SideOfTar[]; left: string[] } {
  const names = tars.map(({ file }) => basename(file.path))
  const parts = names.map(partOf)
  const test = parts.includes('test') ? 'test' : 'val'
  if (!parts.includes('train') || !parts.includes(test))
    return { sides: tars.map(() => 'undecided'), left: [] }
  const sides = parts.map((part) => (part === 'train' ? 'train' : part === test ? 'test' : 'neither'))
  return { sides, left: names.filter((_, at) => sides[at] === 'neither') }
}

/** Arranges the pictures as those of a folder, each name followed by the picture's number. */
function arrangement(pictures: TarPictures, sides: readonly SideOfTar[]): Arrangement {
  const names = new NameList()
  for (const side of new Set(sides)) {
    if (side === 'neither') continue
    const folder = commonFolder(pictures, sides, side)
    for (const [at, from, to] of pictures.tars()) {
      if (sides[at] !== side) continue
      for (let picture = from; picture < to; picture++) {
        const plain = pictures.name(picture).slice(folder.length)
        names.push(`${side === 'undecided' ? '' : `${side}/`}${plain}\0${picture}`)
      }
    }
  }
  return arrange(names.sort())
}

/** The folder, with '/', that all pictures of a side lie in, as long as each lies in a folder within it. */
function commonFolder(pictures: TarPictures, sides: readonly SideOfTar[], side: SideOfTar): string {
  let common: string | undefined
  let shortest = Infinity
  for (const [at, from, to] of pictures.tars()) {
    if (sides[at] !== side) continue
    for (let picture = from; picture < to; picture++) {
      const name = pictures.name(picture)
      const folder = name.slice(0, name.lastIndexOf('/') + 1)
      shortest = Math.min(shortest, folder.length)
      common ??= folder
      while (!folder.startsWith(common))
        common = common.slice(0, common.lastIndexOf('/', common.length - 2) + 1)
      if (common === '') return ''
    }
  }
  if (common === undefined) return ''
  return common.length < shortest ? common : common.slice(0, common.lastIndexOf('/', common.length - 2) + 1)
}

function numbersIn({ files }: { files: Names }): Uint32Array {
  const numbers = new Uint32Array(files.length)
  for (let at = 0; at < numbers.length; at++) {
    const name = files.get(at)
    numbers[at] = Number(name.slice(name.lastIndexOf('\0') + 1))
  }
  return numbers
}
