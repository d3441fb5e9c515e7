import { checkFeatures } from '../encode/bank.js'
import { noGrad, scope, type Tensor } from '../torch/index.js'
import { greatest, normalised, rowsAtOnce } from './nearest.js'
import { neighboursLookedAt } from './stability.js'

export interface Hub {
  /** The largest share of all pictures that have one and the same picture among their 10 nearest others. */
  share: number
  /** The share that an average picture has. */
  average: number
}

/** Hubness (Radovanović et al. 2010) of features float32 `[N, D]`, N at least 3. */
export function largestHub(features: Tensor): Hub {
  const [n] = checkFeatures(features, 'the')
  const k = neighboursLookedAt(n)
  return noGrad(() =>
    scope(() => {
      const unit = normalised(features)
      const counts = new Float64Array(n)
      const step = rowsAtOnce(n)
      for (let from = 0; from < n; from += step) {
        scope(() => {
          const similar = unit.narrow(0, from, Math.min(step, n - from)).mm(unit.t())
          similar.diagonal(from).fill_(-2)
          const [, columns] = greatest(similar, k)
          for (const column of columns.to('float64').toArray())
            counts[column] = (counts[column] as number) + 1
        })
      }
      return { share: Math.max(...counts) / (n - 1), average: k / (n - 1) }
    }),
  )
}
