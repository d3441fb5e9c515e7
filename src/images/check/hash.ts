import { createHash } from 'node:crypto'
import type { Picture } from '../picture.js'
import { dct, glimpse, PLACES, SIDE, shrunk } from './glimpse.js'

/** 64 bits, the first 32 and the last 32. */
export type Hash = readonly [high: number, low: number]

/** Hashes that are alike where two pictures look alike: few of their bits differ. */
export interface LookHashes {
  /** which of two neighbours in a row is brighter, on a grid of 9×8 (Krawetz's dHash) */
  difference: Hash
  /** which of the 64 lowest frequencies of a 16×16 thumbnail are above their median (pHash) */
  frequency: Hash
}

/** The same for pictures of the same size whose pixels are the same, and for no others that will ever be met. */
export function pixelHash({ data, width, height, channels }: Picture): Hash {
  const size = `${width} ${height} ${channels} ${data.BYTES_PER_ELEMENT}\n`
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  const digest = createHash('sha256').update(size).update(bytes).digest()
  return [digest.readUInt32BE(0), digest.readUInt32BE(4)]
}

/** Hashes of what a picture looks like, by its brightness alone. */
export function lookHashes(picture: Picture): LookHashes {
  const grey = glimpse(picture)
  return {
    difference: differenceHash(shrunk(grey, 9, 8)),
    frequency: frequencyHash(shrunk(grey, SIDE, SIDE)),
  }
}

// what differs by less than this share of the range is equal: in flat areas only rounding would tell
const EQUAL = 0.001

function differenceHash(values: Float32Array): Hash {
  const least = EQUAL * (Math.max(...values) - Math.min(...values))
  return bits((at) => {
    const place = at + Math.floor(at / 8)
    return (values[place + 1] as number) - (values[place] as number) > least
  })
}

function frequencyHash(values: Float32Array): Hash {
  const strengths = dct(values)
  // the first is the brightness of the whole picture
  strengths[0] = 0
  const sorted = strengths.slice(1).sort()
  const median = sorted[sorted.length >> 1] as number
  const least = EQUAL * ((sorted.at(-1) as number) - (sorted[0] as number))
  return bits((at) => (strengths[at] as number) - median > least)
}

function bits(bit: (at: number) => boolean): Hash {
  const word = (from: number) => {
    let value = 0
    for (let at = from; at < from + PLACES / 2; at++) value = (value << 1) | Number(bit(at))
    return value >>> 0
  }
  return [word(0), word(PLACES / 2)]
}

/** Number of bits that are set in 32. */
export function popcount(word: number): number {
  let value = word - ((word >>> 1) & 0x55555555)
  value = (value & 0x33333333) + ((value >>> 2) & 0x33333333)
  return Math.imul((value + (value >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
