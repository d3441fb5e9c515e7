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
const STRIDE = 4096

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
  const result = (complete: boolean) => ({ ...found.arrays(), complete })
  for (const [number, band] of bands.entries()) {
    const key = keyOf(words, band)
    const { starts, members } = buckets(count, band, key)
    const flips = changes(band)
    for (let picture = 0; picture < count; picture++) {
      if (picture % STRIDE === 0) yield (number + picture / count) / bands.length
      const own = key(picture)
      for (const flip of flips) {
        const bucket = own ^ flip
        const end = starts[bucket + 1] as number
        for (let at = starts[bucket] as number; at < end; at++) {
          const other = members[at] as number
          if (other <= picture) continue
          work--
          const distance = distanceWithin(words, picture, other, radius)
          if (distance <= radius && !foundBefore(words, bands, number, picture, other))
            found.add(picture, other, distance)
        }
      }
      if (work < 0 || found.count >= most) return result(false)
    }
  }
  return result(true)
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

/** Pictures by key: those of key k are `members[starts[k]]` to before `members[starts[k + 1]]`. */
function buckets(count: number, { bits }: Band, key: (picture: number) => number) {
  const starts = new Uint32Array(2 ** bits + 1)
  for (let picture = 0; picture < count; picture++) {
    const at = key(picture) + 1
    starts[at] = (starts[at] as number) + 1
  }
  for (let at = 1; at < starts.length; at++) starts[at] = (starts[at] as number) + (starts[at - 1] as number)
  const members = new Uint32Array(count)
  const next = starts.slice()
  for (let picture = 0; picture < count; picture++) {
    const bucket = key(picture)
    const at = next[bucket] as number
    members[at] = picture
    next[bucket] = at + 1
  }
  return { starts, members }
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

  add(first: number, second: number, distance: number): void {
    if (this.count === this.#first.length) {
      const twice = <T extends Uint32Array | Uint8Array>(from: T, to: T): T => {
        to.set(from)
        return to
      }
      this.#first = twice(this.#first, new Uint32Array(2 * this.count))
      this.#second = twice(this.#second, new Uint32Array(2 * this.count))
      this.#distance = twice(this.#distance, new Uint8Array(2 * this.count))
    }
    this.#first[this.count] = first
    this.#second[this.count] = second
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
