/** Pictures as a network sees them. */
import { type Data, decodedAs } from '../images/index.js'
import type { Settings } from './settings.js'

/** Views may be cut from pictures shrunk to this many times their size: sharper crops cost memory and time. */
const SHRINK_TO_VIEWS = 3

/** The pictures a network learns from or is judged on: shrunk as far as its views allow, of the channels and bits it knows. */
export function picturesFor(data: Data, { size, evalSize, channels, input }: Settings): Data {
  const shrinkTo = SHRINK_TO_VIEWS * Math.max(size, evalSize)
  return decodedAs(data, { shrinkTo, channels, maximum: input.maximum })
}
