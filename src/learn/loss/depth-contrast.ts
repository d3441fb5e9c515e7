import { fromHost, ops, type Tensor } from '../../torch/index.js'
import type { DepthsOutput } from '../extract/depths.js'
import type { Similarity } from '../similarity/similarity.js'
import { NEVER } from './candidates.js'
import { type Loss, pairsOf, sum } from './loss.js'

type Options = {
  /** Which depth is compared with which, for example '01,02,11'. */
  comparisons: string
  /** Weight of the squared scores. */
  penalty: number
  /** Scores end softly at plus and minus this. */
  clip: number
}

/**
 * From one place of a map, finding all places of the other view's map among those of other pictures: Bachman et al. 2019 (arXiv
 * 1906.00910), section 3.2 to 3.4. Comparisons are summed, both directions averaged.
 */
export function depthContrast(options: Options): Loss<DepthsOutput, Options> {
  return {
    name: 'InfoNCE between maps',
    options,
    limits: { comparisons: /^[0-2]{2}(,[0-2]{2})*$/, clip: 'positive' },
    pairs: 'all',
    build: ({ comparisons, penalty, clip }) => {
      const tasks = comparisons.split(',').map((pair) => [...pair.trim()].map(Number) as [number, number])
      return {
        compute: (views, { similarity }) => {
          const terms = pairsOf(views).flatMap(([one, other]) =>
            tasks.map(([from, to]) => {
              const source = onePlace(one.depths[from] as Tensor)
              return placesContrast(source, other.depths[to] as Tensor, similarity, penalty, clip)
            }),
          )
          return sum(terms).div(views.pairs)
        },
      }
    },
  }
}

/** One random place of each picture, `[N, L, D]` to `[N, D]`. */
function onePlace(map: Tensor): Tensor {
  const [n, l, d] = map.shape as [number, number, number]
  const chosen = fromHost(() => ops.randint(l, [n, 1, 1]).to('int64')).expand([n, 1, d])
  return map.gather(1, chosen).squeeze(1)
}

/** @param source `[N, D]` @param targets `[N, L, D]` of another view of the same pictures */
export function placesContrast(
  source: Tensor,
  targets: Tensor,
  similarity: Similarity,
  penalty: number,
  clip: number,
): Tensor {
  const [n, l] = targets.shape as [number, number]
  const raw = similarity.matrix(source, targets.flatten(0, 1))
  const scores = ops.tanh(raw.div(clip)).mul(clip).reshape([n, n, l])
  const own = ops.eye(n, { dtype: 'bool' }).unsqueeze(2)
  const positives = scores.diagonal(0, 0, 1).t()
  const negatives = scores.masked_fill(own, NEVER).flatten(1).logsumexp([1], true)
  const cross = ops.softplus(negatives.sub(positives)).mean()
  return cross.add(raw.square().mean().mul(penalty))
}
