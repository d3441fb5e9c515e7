import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { UsageError } from '../../errors.js'
import { isPictureName } from '../decode/formats.js'
import { sortedByBytes } from '../names/order.js'

const TAR = /\.tar$/i
const PACKED = /\.(tar\.(gz|bz2|xz|zst|z|lz4?)|tgz|tbz2?|txz|tzst)$/i
const RANGE = /\{(\d+)\.\.(\d+)\}/
const MOST_SHARDS = 100_000

/** True for the name of a plain tar. */
export function isTarName(name: string): boolean {
  return TAR.test(name)
}

/** True for the name of a tar that is packed with gzip or the like. */
export function isPackedTarName(name: string): boolean {
  return PACKED.test(name)
}

/** True when a folder with these file names holds tars, and no pictures beside them. */
export function isTarFolder(names: readonly string[]): boolean {
  return names.some((name) => isTarName(name) || isPackedTarName(name)) && !names.some(isPictureName)
}

/** The tars of a folder, in byte order. @throws UsageError when all are packed */
export function tarsIn(folder: string, names: readonly string[]): string[] {
  const tars = sortedByBytes(names.filter((name) => isTarName(name) && !name.startsWith('.')))
  if (tars.length === 0) throw refusePacked(join(folder, names.find(isPackedTarName) ?? ''))
  return tars.map((name) => join(folder, name))
}

/** What helps where a tar is packed; none of our own commands reads one. */
export const UNPACK = 'unpack it into a folder (tar -xf) and give that'

/** What is said of a packed tar. */
export function refusePacked(path: string): UsageError {
  return new UsageError(`'${path}' is a packed tar, whose pictures cannot be read one by one; ${UNPACK}`)
}

/** True for a pattern of tars such as 'train-{000000..000012}.tar'. */
export function isTarPattern(path: string): boolean {
  return RANGE.test(path) && isTarName(path)
}

/**
 * The tars that a pattern stands for; numbers keep the width that they are written with.
 * @throws UsageError when one is not there, or the pattern goes backwards
 */
export async function expandTars(pattern: string): Promise<string[]> {
  let paths = [pattern]
  while (RANGE.test(paths[0] as string)) {
    const [range, first = '', last = ''] = RANGE.exec(paths[0] as string) ?? []
    const count = Number(last) - Number(first) + 1
    if (count < 1 || count * paths.length > MOST_SHARDS) {
      throw new UsageError(
        `'${pattern}' goes from ${first} to ${last} where 1 to ${MOST_SHARDS} tars are expected; give the numbers in order`,
      )
    }
    paths = paths.flatMap((path) =>
      Array.from({ length: count }, (_, at) =>
        path.replace(range as string, String(Number(first) + at).padStart(first.length, '0')),
      ),
    )
  }
  const missing: string[] = []
  for (const path of paths) {
    const there = await stat(path).then(
      (found) => found.isFile(),
      () => false,
    )
    if (!there) missing.push(path)
  }
  if (missing.length > 0) {
    throw new UsageError(
      `${missing.length} of the ${paths.length} tars of '${pattern}' are not there, among them '${missing[0]}'; check the numbers`,
    )
  }
  return paths
}
