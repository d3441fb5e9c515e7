/** Pictures that are no copies of one another, by what the encoders saw of them. */
import { withoutCopies } from '../images/index.js'
import { scope, type Tensor } from '../torch/index.js'
import { imagesOf } from './gallery.js'

/** Rows of pixels `[N, C·h·w]`, as many of them as wide as high, of which each looks like none before it; ascending. */
export function differing(pixels: Tensor, channels: number): number[] {
  const side = Math.round(Math.sqrt((pixels.shape[1] as number) / channels))
  return withoutCopies(scope(() => imagesOf(pixels.unflatten(1, [channels, side, side]))))
}
