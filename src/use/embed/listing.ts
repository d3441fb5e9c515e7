/** Pictures of one or several sets, numbered through, as an encoder is to read them. */
import { resolve } from 'node:path'
import { UsageError } from '../../errors.js'
import { decodedAs, isNamedSet, openData, type Source, withChannels } from '../../images/index.js'
import { decodeSide } from '../model/decoding.js'
import type { Preprocessing } from '../model/preprocessing.js'
import { prefixesOf } from '../store/files-of.js'

export interface Listing {
  /** What was opened: names of sets, and absolute paths. */
  readonly data: readonly string[]
  readonly size: number
  readonly notes: readonly string[]
  /** The picture with a number: its source, its number there, its path and the name of its class. */
  at(number: number): Listed
}

export interface Listed {
  source: Source
  index: number
  path: string
  label: string | null
}

export interface ListingOptions {
  followLinks?: boolean | undefined
  /** Told while something is downloaded or an archive is listed. */
  listing?: ((text: string, done: number, total: number) => void) | undefined
}

/** Both parts of each set. @throws UsageError where there is no such set, or its pictures do not fit the encoder */
export async function listed(
  specs: readonly string[],
  how: Preprocessing,
  { followLinks, listing }: ListingOptions = {},
): Promise<Listing> {
  const data = specs.map((spec) => (isNamedSet(spec) ? spec : resolve(spec)))
  const prefixes = prefixesOf(data)
  const parts: { source: Source; prefix: string; first: number }[] = []
  const notes: string[] = []
  let size = 0
  for (const [i, spec] of specs.entries()) {
    const opened = await openData(spec, {
      // each picture is read once, so keeping any would help nobody
      cacheBytes: 0,
      followLinks,
      ...(listing && { progress: listing }),
    })
    const { channels, maximum } = how
    const fitting = decodedAs(opened, { channels, maximum, shrinkTo: decodeSide(how) })
    notes.push(...(opened.notes ?? []))
    for (const source of [fitting.train, ...(fitting.test ? [fitting.test] : [])]) {
      parts.push({ source: fits(source, how), prefix: prefixes[i] as string, first: size })
      size += source.size
    }
  }
  return {
    data,
    size,
    notes,
    at(number) {
      const { source, prefix, first } = parts.findLast(
        (part) => part.first <= number,
      ) as (typeof parts)[number]
      const index = number - first
      const label = source.labels?.[index] ?? -1
      return { source, index, path: prefix + source.describe(index), label: source.classes?.[label] ?? null }
    },
  }
}

function fits(source: Source, { channels, maximum }: Preprocessing): Source {
  const made = withChannels(source, channels)
  if (made.maximum === maximum) return made
  throw new UsageError(
    `the pictures of ${source.name} have values up to ${made.maximum} where the encoder knows those up to ${maximum}; give pictures of the same kind`,
  )
}
