import type { Stored } from './stored.js'

/** What the first page of a TIFF says of its samples. */
export interface TiffFacts {
  /** bits of a sample */
  bits: number
  /** samples of a pixel */
  samples: number
  /** PhotometricInterpretation: 0 and 1 grey, 2 RGB, 3 palette, 5 CMYK, 6 YCbCr, 8 to 10 CIELAB */
  photometric: number
  /** SampleFormat: 1 whole numbers, 2 signed ones, 3 floating point, … */
  format: number
  compression: number
  /** PlanarConfiguration: 2 where each band is stored apart */
  planar: number
  /** where PhotometricInterpretation is stored, in bytes */
  photometricAt: number
  /** PhotometricInterpretation is big-endian */
  bigEndian: boolean
  /** ExtraSamples: 0 anything, 1 alpha that the colours are multiplied by, 2 alpha */
  extra: number[]
}

const TAGS = {
  258: 'bits',
  259: 'compression',
  262: 'photometric',
  277: 'samples',
  284: 'planar',
  338: 'extra',
  339: 'format',
} as const
const MOST_ENTRIES = 4096

/** Reads the tags of a TIFF's first page (TIFF 6.0, and BigTIFF); undefined where they make no sense. */
export async function tiffFacts(stored: Stored): Promise<TiffFacts | undefined> {
  const head = await stored.at(0, 16)
  if (head.length < 16) return undefined
  const little = head.toString('latin1', 0, 2) === 'II'
  const u16 = (from: Buffer, at: number) => (little ? from.readUInt16LE(at) : from.readUInt16BE(at))
  const u32 = (from: Buffer, at: number) => (little ? from.readUInt32LE(at) : from.readUInt32BE(at))
  const u64 = (from: Buffer, at: number) =>
    Number(little ? from.readBigUInt64LE(at) : from.readBigUInt64BE(at))
  const big = u16(head, 2) === 43
  const start = big ? u64(head, 8) : u32(head, 4)
  const counted = await stored.at(start, big ? 8 : 2)
  if (counted.length < (big ? 8 : 2)) return undefined
  const count = Math.min(MOST_ENTRIES, big ? u64(counted, 0) : u16(counted, 0))
  const length = big ? 20 : 12
  const entries = await stored.at(start + (big ? 8 : 2), count * length)
  const facts: TiffFacts = {
    bits: 1,
    compression: 1,
    photometric: 1,
    photometricAt: 0,
    bigEndian: !little,
    samples: 1,
    planar: 1,
    extra: [],
    format: 1,
  }
  const entriesAt = start + (big ? 8 : 2)
  for (let at = 0; at + length <= entries.length; at += length) {
    const name = TAGS[u16(entries, at) as keyof typeof TAGS]
    // all of them are 16-bit numbers
    if (name === undefined || u16(entries, at + 2) !== 3) continue
    const values = big ? u64(entries, at + 4) : u32(entries, at + 4)
    const inline = (big ? 8 : 4) / 2
    const field = at + (big ? 12 : 8)
    if (name === 'photometric') facts.photometricAt = entriesAt + field
    if (name === 'extra') {
      const away = big ? u64(entries, field) : u32(entries, field)
      const bytes =
        values <= inline ? entries.subarray(field) : await stored.at(away, 2 * Math.min(values, MOST_ENTRIES))
      const present = Math.min(values, bytes.length >> 1)
      facts.extra = Array.from({ length: present }, (_, i) => u16(bytes, 2 * i))
    } else if (values <= inline) facts[name] = u16(entries, field)
    else {
      const first = await stored.at(big ? u64(entries, field) : u32(entries, field), 2)
      if (first.length === 2) facts[name] = u16(first, 0)
    }
  }
  return facts
}

/** True where a TIFF's only sample besides its colours is opacity, or there is none. */
export function extraIsAlpha({ photometric, samples, extra }: TiffFacts): boolean {
  const colours = photometric === 2 || photometric === 6 || photometric >= 8 ? 3 : photometric === 5 ? 4 : 1
  if (samples <= colours) return true
  return samples === colours + 1 && (extra[0] === 1 || extra[0] === 2)
}
