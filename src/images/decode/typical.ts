import { UsageError } from '../../errors.js'
import { evenly } from '../evenly.js'
import { maximumFor } from '../maximum.js'
import { type Picture, PictureError } from '../picture.js'
import type { DecodeOptions, Header } from './decode.js'
import { MAX_PIXELS } from './limits.js'

const SAMPLE = 64
const DECODED = 16

/** What pictures of one set have in common, by a sample of them. */
export interface Typical {
  /** median short side, in px */
  nativeSize: number
  channels: number
  maximum: number
}

/** Ways to look at the pictures of a set; both may throw PictureError. */
export interface Look {
  header(index: number): Promise<Header>
  picture(index: number, options: DecodeOptions): Promise<Picture>
}

/** What is known already and need not be looked for. */
export type Known = Pick<DecodeOptions, 'channels' | 'maximum'>

/**
 * Looks at the headers of pictures evenly spread over a set.
 * - `channels`: 1 where every one is grey; 2, 4 or more where most have so many bands; else 3.
 * - `maximum`: above 255 where most have 16 bits: the least of 10, 12, 14 and 16 bits that holds what some of them hold.
 * @param name of the set, for messages
 * @param count pictures in the set, at least one
 * @throws UsageError when not one of the sample can be read
 */
export async function typicalOf(
  name: string,
  count: number,
  look: Look,
  known: Known = {},
): Promise<Typical> {
  const looked = Math.min(SAMPLE, count)
  const sample = evenly(count, looked)
  const headers: Header[] = []
  const wide: number[] = []
  let first: PictureError | undefined
  for (const [at, result] of (
    await Promise.allSettled(sample.map((index) => look.header(index)))
  ).entries()) {
    if (result.status === 'fulfilled') {
      headers.push(result.value)
      if (result.value.maximum > 255) wide.push(sample[at] as number)
    } else if (result.reason instanceof PictureError) first ??= result.reason
    else throw result.reason
  }
  const sides = headers.map(({ width, height }) => Math.min(width, height)).sort((a, b) => a - b)
  const nativeSize = sides[sides.length >> 1]
  if (nativeSize === undefined) {
    throw new UsageError(
      `'${name}' has ${count} picture files but none of the ${looked} looked at can be read ` +
        `('${first?.path}': ${first?.reason}); expected pictures that are whole, in a format that is read, of at most ${MAX_PIXELS / 1e6} megapixels each`,
    )
  }
  const channels = known.channels ?? channelsOf(headers)
  const deep = wide.length > headers.length / 2
  const maximum = known.maximum ?? (deep ? await maximumOf(wide, look, channels) : 255)
  return { nativeSize, channels, maximum }
}

function channelsOf(headers: readonly Header[]): number {
  const counts = new Map<number, number>()
  for (const { channels } of headers) counts.set(channels, (counts.get(channels) ?? 0) + 1)
  if (counts.get(1) === headers.length) return 1
  for (const [channels, count] of counts) {
    if (channels !== 1 && count > headers.length / 2) return channels
  }
  return 3
}

/**
 * The value of full brightness by a few pictures, one at a time, as each may be large. Never that of 8 bits: to fit 16-bit
 * files into bytes, their values are divided.
 */
async function maximumOf(wide: readonly number[], look: Look, channels: number): Promise<number> {
  let greatest = 0
  const step = Math.max(1, wide.length / DECODED)
  for (let at = 0; at < wide.length; at += step) {
    try {
      const { data } = await look.picture(wide[Math.floor(at)] as number, { channels, maximum: 65_535 })
      for (const value of data) if (value > greatest) greatest = value
    } catch (error) {
      if (!(error instanceof PictureError)) throw error
    }
  }
  // nothing read tells nothing
  return greatest === 0 ? 65_535 : maximumFor(greatest)
}
