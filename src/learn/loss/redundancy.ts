import { ops } from '../../torch/index.js'
import type { Output } from '../extract/extract.js'
import { type Loss, mean } from './loss.js'
import { unorderedPairs } from './unordered.js'

type Options = { lambda: number; weight: number }

/**
 * Brings the correlation of each component with itself in the other view to 1, with every other component to 0 (times
 * `lambda`): Zbontar et al. 2021 (arXiv 2103.03230), eq. 1.
 */
export function redundancyReduction(options: Options): Loss<Output, Options> {
  return {
    name: 'redundancy reduction',
    options,
    limits: { weight: 'positive' },
    pairs: 'all',
    build: ({ lambda, weight }) => ({
      compute: (views, { similarity, world }) =>
        mean(
          unorderedPairs(views).map(([a, b]) => {
            const correlation = similarity.matrix(world.gather(a.vector), world.gather(b.vector))
            const own = correlation.diagonal()
            const onDiagonal = own.sub(1).square().sum()
            const offDiagonal = correlation.square().sum().sub(ops.square(own).sum())
            return onDiagonal.add(offDiagonal.mul(lambda)).mul(weight)
          }),
        ),
    }),
  }
}
