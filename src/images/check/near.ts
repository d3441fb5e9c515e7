import { popcount } from './hash.js'

/** The hashes of many pictures: 16 bytes each. */
export interface HashTable {
  /** words of 32 bits, four a picture: the two of the difference hash, then the two of the frequency hash */
  readonly words: Uint32Array
  readonly count: number
}

/** Pairs of pictures that look alike, and how many bits differ. */
export interface Pairs {
  first: Uint32Array
  second: Uint32Array
  /** the larger of the two hashes' distances, in bits */
  distance: Uint8Array
  count: number
  /** false where the search stopped at a bound on its work or on the number of pairs */
  complete: boolean
}

/** How long a search may be. */
export interface SearchBounds {
  pairs?: number
  /** pictures looked at in all buckets together */
  comparisons?: number
}

// as bands get narrower their buckets get fuller than chance would make them
const CROWDING = 8
/** Buckets that are looked into between two yields. */
const PAUSE = 1_000_000

/**
 * Finds all pairs that differ in at most `radius` bits of each of the two hashes, without comparing all with all: the
 * difference hash is cut into bands, and a pair within the radius is close to equal in at least one of them (Norouzi,
 * Punjani, Fleet 2012). Yields the share that is done now and then.
 */
export function* nearPairs(
  { words, count }: HashTable,
  radius: number,
  { pairs: most = 1_000_000, comparisons = 2e10 }: SearchBounds = {},
): Generator<number, Pairs, void> {
  const bands = cut(count, radius)
  const found = new Found()
  let work = comparisons
  let visits = 0
  for (const [number, band] of bands.entries()) {
    yield number / bands.length
    const { keys, starts, members, sorted } = buckets(words, count, band)
    const flips = changes(band)
    for (const [at, flip] of flips.entries()) {
      // in the order of their keys, so that memory is read nearly in a row
      for (let one = 0; one < count; one++) {
        const bucket = (keys[one] as number) ^ flip
        const end = starts[bucket + 1] as number
        // a pair is met from both its sides
        for (let other = Math.max(one + 1, starts[bucket] as number); other < end; other++) {
          work--
          const distance = distanceWithin(sorted, one, other, radius)
          if (distance > radius) continue
          const [first, second] = [members[one] as number, members[other] as number]
          if (!foundBefore(words, bands, number, first, second)) found.add(first, second, distance)
        }
        if (work < 0 || found.count >= most) return { ...found.arrays(), complete: false }
      }
      visits += count
      if (visits < PAUSE) continue
      visits = 0
      yield (number + at / flips.length) / bands.length
    }
  }
  return { ...found.arrays(), complete: true }
}

/** A part of the difference hash. */
interface Band {
  /** 0 to 63, from the end */
  shift: number
  bits: number
  /** bits of it that may differ */
  radius: number
}

/** The bands that make the least work. */
function cut(count: number, radius: number): Band[] {
  let best: Band[] = []
  let least = Number.POSITIVE_INFINITY
  for (let parts = 3; parts <= 8; parts++) {
    const bands = bandsOf(parts, radius)
    const work = bands.reduce(
      (sum, { bits, radius }) =>
        sum + 2 ** bits + count * spread(bits, radius) * (1 + (CROWDING * count) / 2 ** bits),
      0,
    )
    if (work < least) {
      least = work
      best = bands
    }
  }
  return best
}

function bandsOf(parts: number, radius: number): Band[] {
  const each = Math.floor(radius / parts)
  return Array.from({ length: parts }, (_, part) => {
    const shift = Math.floor((part * 64) / parts)
    const bits = Math.floor(((part + 1) * 64) / parts) - shift
    // were all of the first bands further away than `each` and all others than `each - 1`, the sum would exceed the radius
    return { shift, bits, radius: part <= radius % parts ? each : each - 1 }
  }).filter((band) => band.radius >= 0)
}

/** Number of keys within a radius of one. */
function spread(bits: number, radius: number): number {
  let sum = 0
  for (let flipped = 0, ways = 1; flipped <= radius; flipped++) {
    sum += ways
    ways = (ways * (bits - flipped)) / (flipped + 1)
  }
  return sum
}

/** What to flip in a key for all keys within the band's radius. */
function changes({ bits, radius }: Band): Uint32Array {
  const all: number[] = [0]
  for (let bit = 0; bit < bits; bit++)
    for (const flip of all.slice()) if (popcount(flip) < radius) all.push(flip | (1 << bit))
  return Uint32Array.from(all)
}

function keyOf(words: Uint32Array, { shift, bits }: Band): (picture: number) => number {
  const mask = 2 ** bits - 1
  if (shift >= 32) return (picture) => ((words[4 * picture] as number) >>> (shift - 32)) & mask
  if (shift + bits <= 32) return (picture) => ((words[4 * picture + 1] as number) >>> shift) & mask
  return (picture) =>
    (((words[4 * picture + 1] as number) >>> shift) | ((words[4 * picture] as number) << (32 - shift))) & mask
}

/** Pictures by key: those of key k are at the places `starts[k]` to before `starts[k + 1]`. */
function buckets(words: Uint32Array, count: number, band: Band) {
  const key = keyOf(words, band)
  const starts = new Uint32Array(2 ** band.bits + 1)
  for (let picture = 0; picture < count; picture++) {
    const at = key(picture) + 1
    starts[at] = (starts[at] as number) + 1
  }
  for (let at = 1; at < starts.length; at++) starts[at] = (starts[at] as number) + (starts[at - 1] as number)
  const next = starts.slice()
  const keys = new Uint32Array(count)
  const members = new Uint32Array(count)
  const sorted = new Uint32Array(4 * count)
  for (let picture = 0; picture < count; picture++) {
    const own = key(picture)
    const place = next[own] as number
    next[own] = place + 1
    keys[place] = own
    members[place] = picture
    for (let word = 0; word < 4; word++) sorted[4 * place + word] = words[4 * picture + word] as number
  }
  return { keys, starts, members, sorted }
}

/** The larger of the two distances; something above the radius as soon as one is. */
function distanceWithin(words: Uint32Array, a: number, b: number, radius: number): number {
  const difference = apart(words, 4 * a, 4 * b)
  return difference > radius ? difference : Math.max(difference, apart(words, 4 * a + 2, 4 * b + 2))
}

function apart(words: Uint32Array, a: number, b: number): number {
  return (
    popcount((words[a] as number) ^ (words[b] as number)) +
    popcount((words[a + 1] as number) ^ (words[b + 1] as number))
  )
}

function foundBefore(
  words: Uint32Array,
  bands: readonly Band[],
  number: number,
  a: number,
  b: number,
): boolean {
  for (let earlier = 0; earlier < number; earlier++) {
    const band = bands[earlier] as Band
    const key = keyOf(words, band)
    if (popcount(key(a) ^ key(b)) <= band.radius) return true
  }
  return false
}

/** Arrays of pairs that grow. */
class Found {
  #first = new Uint32Array(1024)
  #second = new Uint32Array(1024)
  #distance = new Uint8Array(1024)
  count = 0

  add(one: number, other: number, distance: number): void {
    if (this.count === this.#first.length) {
      const twice = <T extends Uint32Array | Uint8Array>(from: T, to: T): T => {
        to.set(from)
        return to
      }
      this.#first = twice(this.#first, new Uint32Array(2 * this.count))
      this.#second = twice(this.#second, new Uint32Array(2 * this.count))
      this.#distance = twice(this.#distance, new Uint8Array(2 * this.count))
    }
    this.#first[this.count] = Math.min(one, other)
    this.#second[this.count] = Math.max(one, other)
    this.#distance[this.count++] = distance
  }

  arrays() {
    return {
      first: this.#first.subarray(0, this.count),
      second: this.#second.subarray(0, this.count),
      distance: this.#distance.subarray(0, this.count),
      count: this.count,
    }
  }
}
