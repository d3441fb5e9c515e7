/** What settings may know of the pictures. */

import { measuredInput, photographInput } from '../encode/input.js'
import type { Source } from '../images/source.js'
import { channelStatistics } from '../images/statistics.js'
import type { DataFacts } from './presets.js'

/**
 * How many pictures there are, of which kind. Mean and deviation are the papers' constants for photographs (8 bits, grey or
 * colour) and measured on some hundred pictures otherwise.
 * @throws SelfsameError when too many of those cannot be read
 */
export async function factsOf(source: Source, badShare?: number): Promise<DataFacts> {
  const { size: pictures, channels, maximum, nativeSize } = source
  const usual = photographInput(channels, maximum)
  const input = usual ?? measuredInput(maximum, await channelStatistics(source, undefined, badShare))
  return { pictures, channels, nativeSize, input }
}
