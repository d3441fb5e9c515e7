/** Pictures opened for a network. */
import { type Data, type OpenOptions, openData } from '../images/index.js'
import type { Settings } from './settings.js'

/** Views may be cut from pictures shrunk to this many times their size: sharper crops cost memory and time. */
const SHRINK_TO_VIEWS = 3

/**
 * The pictures a network learns from or is judged on: shrunk as far as its views allow, of the channels and bits it knows.
 * @throws UsageError when there are no such pictures
 */
export function openPicturesFor(
  spec: string,
  { size, evalSize, channels, input }: Settings,
  options: Pick<OpenOptions, 'progress' | 'followLinks'> = {},
): Promise<Data> {
  const shrinkTo = SHRINK_TO_VIEWS * Math.max(size, evalSize)
  return openData(spec, { shrinkTo, channels, maximum: input.maximum, ...options })
}
