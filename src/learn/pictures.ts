/** Pictures as a network sees them. */
import { type Data, decodedAs } from '../images/index.js'
import type { Settings } from './settings.js'

/** Views may be cut from pictures shrunk to this many times their size: sharper crops cost memory and time. */
const SHRINK_TO_VIEWS = 3

/** The pictures a network learns from or is judged on: shrunk as far as its views allow, of the channels and bits it knows. */
export function picturesFor(data: Data, settings: Settings): Data {
  const { channels, input } = settings
  return decodedAs(data, { shrinkTo: shortSideOf(settings), channels, maximum: input.maximum })
}

/** To which short side pictures may be shrunk as they are read, px. */
export function shortSideOf({ size, evalSize }: Settings): number {
  return SHRINK_TO_VIEWS * Math.max(size, evalSize)
}
