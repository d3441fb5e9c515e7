import type { Loss } from './loss.js'

/**
 * Squared distance of the normalised prediction to the normalised answer, `2 - 2 cos`, averaged over the batch. The
 * ordered pairs of views are summed, so BYOL's loss runs from 0 to 8. Grill et al. 2020 (arXiv 2006.07733), eq. 2.
 */
export const regression: Loss = {
  pairs: 'positive',
  compute: (prediction, answer, similarity) => similarity(prediction, answer).mul(-2).add(2).mean(),
}
