import { noGrad, ops, scope, type Tensor, tensor } from '../torch/index.js'
import { type Bank, checkPair } from './bank.js'
import { hits, share } from './bootstrap.js'
import { knn } from './knn.js'
import { fit } from './logistic.js'
import { predictions } from './penalty.js'
import { principalBasis, standard, standardised } from './standardise.js'

/** Two shares of right answers, 0 to 1; NaN where the features are not finite. */
export interface OnlineScores {
  knn: number
  linear: number
}

/** As for few labels: it need not be the best, only the same throughout a run. */
const PENALTY = 0.1
/** A curve needs no more digits. */
const ROUGH = 1e-2

/**
 * How good features are while they are still being learned, in well under a second: k-NN (20 neighbours, temperature 0.1)
 * and logistic regression with one fixed penalty, both learning from a small bank and asked about another. Nothing is
 * drawn at random.
 * @throws UsageError when the banks do not fit together
 */
export function onlineScores(bank: Bank, asked: Bank): OnlineScores {
  if (!finite(bank.features) || !finite(asked.features)) return { knn: Number.NaN, linear: Number.NaN }
  checkPair(bank, asked)
  return { knn: knn(bank, asked, { k: 20, temperature: 0.1 }).mean, linear: linear(bank, asked) }
}

function linear(bank: Bank, asked: Bank): number {
  return noGrad(() =>
    scope(() => {
      const statistics = standard(bank.features)
      const known = standardised(bank.features, statistics)
      const { basis, energy } = principalBasis(known)
      const count = bank.labels.length
      const fitted = fit(
        [
          {
            features: known.mm(basis),
            energy,
            labels: tensor(bank.labels).to('int64'),
            weights: ops.ones([1, count]).div_(count),
            penalties: tensor([PENALTY]),
          },
        ],
        { classes: bank.classes, tolerance: ROUGH },
      )
      const answers = predictions(fitted, standardised(asked.features, statistics).mm(basis))
      return share(hits(answers.flatten().toArray(), asked.labels))
    }),
  )
}

function finite(features: Tensor): boolean {
  return Number.isFinite(noGrad(() => scope(() => features.sum().item())))
}
