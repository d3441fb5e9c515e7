/** Damages encoded pictures in the ways that files get damaged, and in some that only malice thinks of. */

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

type Below = (limit: number) => number
type Mutation = (bytes: Buffer, below: Below, corpus: readonly Buffer[]) => Buffer

const EXTREMES = [
  0,
  1,
  2,
  3,
  127,
  128,
  255,
  256,
  32_767,
  32_768,
  65_535,
  65_536,
  2 ** 24,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
]

const MUTATIONS: readonly Mutation[] = [
  function flipBits(bytes, below) {
    for (let i = below(16); i >= 0; i--) {
      const at = below(bytes.length)
      bytes[at] = (bytes[at] as number) ^ (1 << below(8))
    }
    return bytes
  },
  function truncate(bytes, below) {
    return bytes.subarray(0, below(bytes.length))
  },
  function fillRun(bytes, below) {
    const at = below(bytes.length)
    return bytes.fill(below(2) ? 0xff : 0, at, Math.min(bytes.length, at + 1 + below(64)))
  },
  function changeNumber(bytes, below) {
    // headers are where numbers are
    const at = below(Math.min(bytes.length, below(3) ? 128 : 1024))
    const value = EXTREMES[below(EXTREMES.length)] as number
    const width = below(2) ? 4 : 2
    if (at + width > bytes.length) return bytes
    if (below(2)) bytes.writeUIntLE(value % 2 ** (8 * width), at, width)
    else bytes.writeUIntBE(value % 2 ** (8 * width), at, width)
    return bytes
  },
  function cutOut(bytes, below) {
    const at = below(bytes.length)
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + below(256))])
  },
  function repeatPart(bytes, below) {
    const at = below(bytes.length)
    const part = bytes.subarray(at, at + 1 + below(512))
    return Buffer.concat([
      bytes.subarray(0, at),
      ...Array<Buffer>(1 + below(8)).fill(part),
      bytes.subarray(at),
    ])
  },
  function putIn(bytes, below) {
    const at = below(bytes.length)
    const added = Buffer.from(Array.from({ length: 1 + below(64) }, () => below(256)))
    return Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at)])
  },
  function splice(bytes, below, corpus) {
    const other = corpus[below(corpus.length)] as Buffer
    return Buffer.concat([bytes.subarray(0, below(bytes.length)), other.subarray(below(other.length))])
  },
]

/**
 * Damages one file of a corpus in 1 to 4 ways; which, depends on the seed alone.
 * @returns the number of the file in the corpus, and the damaged bytes
 */
export function mutated(corpus: readonly Buffer[], seed: number): { origin: number; bytes: Buffer } {
  const random = randomOf(seed)
  const below = (limit: number) => Math.floor(random() * Math.max(1, limit))
  const origin = below(corpus.length)
  let bytes: Buffer = Buffer.from(corpus[origin] as Buffer)
  for (let count = 1 + below(4); count > 0; count--) {
    bytes = (MUTATIONS[below(MUTATIONS.length)] as Mutation)(bytes, below, corpus)
  }
  // else hardly any damaged PNG would get past its checksums
  if (below(2)) mendChecksums(bytes)
  return { origin, bytes }
}

/** Makes the checksums of a PNG's chunks right again. */
function mendChecksums(bytes: Buffer): void {
  if (bytes.toString('latin1', 1, 4) !== 'PNG') return
  for (let at = 8; at + 12 <= bytes.length; ) {
    const end = at + 8 + bytes.readUInt32BE(at)
    if (end + 4 > bytes.length) return
    bytes.writeUInt32BE(checksum(bytes.subarray(at + 4, end)), end)
    at = end + 4
  }
}

/** CRC-32 as in PNG (ISO 3309). */
function checksum(bytes: Buffer): number {
  let sum = 0xffffffff
  for (const byte of bytes) {
    sum ^= byte
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1
  }
  return (sum ^ 0xffffffff) >>> 0
}
