/** From which score on two pictures are copies: by copies that are made of some of an index's own pictures. */
import sharp from 'sharp'
import { randomFrom, someOf } from '../numeric/random.js'
import type { PictureIndex } from '../store/index-reader.js'
import { compare } from './compare.js'
import { lookOr } from './gathered.js'

/** Pictures that copies are made of. */
const SAMPLE = 50
/** Share of the made copies that may score less. */
const MISSED = 0.02
/**
 * Between these the score may be. Above, real copies would be missed that were changed in more ways; below, of six sets of
 * pictures those that are none begin (docs/use.md).
 */
const RANGE = [0.72, 0.78] as const

export interface Threshold {
  score: number
  /** Copies that were made to find it; 0 where it was given or there was nothing to make them of. */
  copies: number
}

/** The score that 98 of 100 made copies reach, within bounds. */
export async function calibrated(index: PictureIndex, flat: Uint8Array): Promise<Threshold> {
  const random = randomFrom(0)
  const told = Array.from({ length: index.size }, (_, row) => row).filter((row) => flat[row] === 0)
  const some = someOf(told.length, SAMPLE, random).map((at) => told[at] as number)
  const scores: number[] = []
  for (const { thumbnail, path } of await index.rows(some, ['path', 'thumbnail'])) {
    const look = await lookOr(thumbnail, path)
    for (const copy of await copiesOf(thumbnail, random)) {
      const other = await lookOr(copy, path)
      if (look && other) scores.push(compare(look, other)?.score ?? 0)
    }
  }
  scores.sort((a, b) => a - b)
  const reached = scores[Math.floor(MISSED * scores.length)] ?? RANGE[1]
  const score = Math.min(RANGE[1], Math.max(RANGE[0], reached))
  return { score: Math.round(100 * score) / 100, copies: scores.length }
}

/** Of a thumbnail: at half its size, cut by a tenth, and lighter; all as JPEG. */
async function copiesOf(thumbnail: Uint8Array, random: () => number): Promise<Uint8Array[]> {
  const { data, info } = await sharp(thumbnail).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  const { width, height, channels } = info
  const whole = () => sharp(data, { raw: { width, height, channels } })
  const [w, h] = [Math.ceil(0.9 * width), Math.ceil(0.9 * height)]
  const [left, top] = [Math.floor(random() * (width - w + 1)), Math.floor(random() * (height - h + 1))]
  return await Promise.all([
    whole()
      .resize(Math.ceil(width / 2), Math.ceil(height / 2))
      .jpeg({ quality: 80 })
      .toBuffer(),
    whole().extract({ left, top, width: w, height: h }).jpeg({ quality: 60 }).toBuffer(),
    whole().modulate({ brightness: 1.2 }).jpeg({ quality: 80 }).toBuffer(),
  ])
}
