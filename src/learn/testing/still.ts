import type { DrawnView } from '../augment/view.js'

/** A drawn view that does nothing but cut out its box. */
export const STILL: Omit<DrawnView, 'box'> = {
  flip: false,
  jitter: undefined,
  grayscale: false,
  sigma: undefined,
  solarize: false,
  shift: undefined,
}
