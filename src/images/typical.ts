import { UsageError } from '../errors.js'
import type { Header } from './decode.js'
import { PictureError } from './picture.js'

const SAMPLE = 64

/** What pictures of one set have in common, by a sample of them. */
export interface Typical {
  /** median short side, in px */
  nativeSize: number
  channels: number
  maximum: number
}

/**
 * Looks at the headers of pictures evenly spread over a set.
 * @param name of the set, for messages
 * @param count pictures in the set, at least one
 * @throws UsageError when not one of the sample can be read
 */
export async function typicalOf(
  name: string,
  count: number,
  header: (index: number) => Promise<Header>,
): Promise<Typical> {
  const looked = Math.min(SAMPLE, count)
  const sample = Array.from({ length: looked }, (_, i) => Math.floor((i * count) / looked))
  const headers: Header[] = []
  let first: PictureError | undefined
  for (const result of await Promise.allSettled(sample.map(header))) {
    if (result.status === 'fulfilled') headers.push(result.value)
    else if (result.reason instanceof PictureError) first ??= result.reason
    else throw result.reason
  }
  const sides = headers.map(({ width, height }) => Math.min(width, height)).sort((a, b) => a - b)
  const nativeSize = sides[sides.length >> 1]
  if (nativeSize === undefined) {
    throw new UsageError(
      `'${name}' has ${count} picture files but none of the ${looked} looked at can be read ` +
        `('${first?.path}': ${first?.reason}); expected pictures that are whole, in a format that is read`,
    )
  }
  return { nativeSize, channels: 3, maximum: 255 }
}
