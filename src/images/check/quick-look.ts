/** A quick look at some pictures of a set, to know what can be expected of it before time is spent. */
import { evenly } from '../evenly.js'
import { type Picture, PictureError } from '../picture.js'
import { decodedAs, type Source } from '../source.js'
import { Statistics } from '../statistics.js'
import { gridOf, lookSame } from './look-same.js'
import { FLAT_DEVIATION, isGrey } from './survey.js'

const MOST = 200
const SECONDS = 0.6
/** As many as libuv has threads: more would go on for long after the time is up. */
const AT_ONCE = 4
/** Short side that pictures are decoded to, in px. */
const SIDE = 32
/** Decoding a larger one takes a second by itself. */
const MOST_PIXELS = 25e6
/** So many times this number, without its whole part, are spread evenly however many they are. */
const GOLDEN = (Math.sqrt(5) - 1) / 2

/** What was seen. All are pictures; unreadable ones are none of them. */
export interface QuickLook {
  /** Width and height as stored, in px, of each that was looked at. */
  sizes: (readonly [width: number, height: number])[]
  /** Those of them whose pixels were seen, too; the largest are not. */
  seen: number
  /** Of the seen: of one colour throughout. */
  flat: number
  /** Of the seen: grey, but not flat, in a set of colour. */
  grey: number
  /** Of the seen: those that look the same as one before them. */
  copies: number
  /** Of the seen: the most that look the same. */
  same: number
}

interface Seen {
  flat: boolean
  grey: boolean
  /** As `gridOf` makes it. */
  grid: Float32Array
}

/**
 * Looks at up to 200 pictures at even distances, decoded small. What the source kept of another decoding is let go.
 * @param seconds after which no further one is looked at
 */
export async function quickLook(source: Source, seconds = SECONDS): Promise<QuickLook> {
  const ends = performance.now() + 1000 * seconds
  const small = decodedAs({ train: source }, { shrinkTo: SIDE }).train
  const places = evenly(source.size, Math.min(MOST, source.size))
  const fraction = (at: number) => (at * GOLDEN) % 1
  // wherever the time ends, what was looked at lies at about even distances
  const order = [...places.keys()].sort((a, b) => fraction(a) - fraction(b))
  const found: { size: readonly [number, number]; seen?: Seen }[] = []
  let next = 0
  const look = async () => {
    while (next < order.length && performance.now() < ends) {
      const at = order[next++] as number
      const one = await lookAt(source, small, places[at] as number)
      if (one) found[at] = one
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, look))
  // in the order of the set, whichever was read first
  const all = Object.values(found)
  return { sizes: all.map(({ size }) => size), ...summed(all.flatMap(({ seen }) => seen ?? [])) }
}

async function lookAt(source: Source, small: Source, index: number) {
  try {
    const header = await source.header?.(index)
    if (header && header.width * header.height > MOST_PIXELS)
      return { size: [header.width, header.height] as const }
    const picture = await small.read(index)
    const { width, height } = header ?? picture
    return { size: [width, height] as const, seen: seenIn(picture, source) }
  } catch (error) {
    if (error instanceof PictureError) return undefined
    throw error
  }
}

function seenIn(picture: Picture, source: Source): Seen {
  const { data, channels } = picture
  const flat = new Statistics(source).add(data) < FLAT_DEVIATION
  return { flat, grey: !flat && channels === 3 && isGrey(data), grid: gridOf(picture) }
}

function summed(all: readonly Seen[]): Omit<QuickLook, 'sizes'> {
  const groups: { grid: Float32Array; size: number }[] = []
  for (const { grid } of all) {
    const group = groups.find((one) => lookSame(one.grid, grid))
    if (group) group.size++
    else groups.push({ grid, size: 1 })
  }
  return {
    seen: all.length,
    flat: all.filter(({ flat }) => flat).length,
    grey: all.filter(({ grey }) => grey).length,
    copies: all.length - groups.length,
    same: Math.max(0, ...groups.map(({ size }) => size)),
  }
}
