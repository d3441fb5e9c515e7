/** Perceptual hashes as imagededup has them: 64 bits of a difference hash and of a cosine transform. */
import { join } from 'node:path'
import sharp from 'sharp'

/** @returns for each file two words of 32 bits, one file after another */
export async function hashesOf(folder, files) {
  const difference = new Uint32Array(2 * files.length)
  const frequency = new Uint32Array(2 * files.length)
  for (const [at, file] of files.entries()) {
    const image = sharp(join(folder, file)).rotate().toColourspace('b-w').removeAlpha()
    const grey = async (width, height) =>
      image.clone().resize(width, height, { fit: 'fill' }).raw().toBuffer()
    difference.set(differenceHash(await grey(9, 8)), 2 * at)
    frequency.set(frequencyHash(await grey(32, 32)), 2 * at)
  }
  return { difference, frequency }
}

/** Whether two hashes differ in at most so many bits. */
export function within(words, a, b, bits) {
  return popcount(words[2 * a] ^ words[2 * b]) + popcount(words[2 * a + 1] ^ words[2 * b + 1]) <= bits
}

function differenceHash(values) {
  return words(
    (at) => values[Math.floor(at / 8) * 9 + (at % 8)] > values[Math.floor(at / 8) * 9 + (at % 8) + 1],
  )
}

/** The 8 × 8 lowest frequencies of 32 × 32 px against their median, the mean among them. */
function frequencyHash(values) {
  const side = 32
  const lowest = []
  for (let v = 0; v < 8; v++)
    for (let u = 0; u < 8; u++) {
      let sum = 0
      for (let y = 0; y < side; y++)
        for (let x = 0; x < side; x++) sum += values[y * side + x] * WAVES[u * side + x] * WAVES[v * side + y]
      lowest.push(sum)
    }
  const sorted = lowest.slice(1).sort((a, b) => a - b)
  const median = sorted[31]
  return words((at) => lowest[at] > median)
}

const WAVES = Float64Array.from({ length: 8 * 32 }, (_, at) =>
  Math.cos((Math.PI * ((at % 32) + 0.5) * Math.floor(at / 32)) / 32),
)

function words(bit) {
  const word = (from) => {
    let value = 0
    for (let at = from; at < from + 32; at++) value = (value << 1) | Number(bit(at))
    return value >>> 0
  }
  return [word(0), word(32)]
}

function popcount(word) {
  let value = word - ((word >>> 1) & 0x55555555)
  value = (value & 0x33333333) + ((value >>> 2) & 0x33333333)
  return Math.imul((value + (value >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
