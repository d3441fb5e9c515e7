import { allFinite, type Bank, checkPair } from '../encode/bank.js'
import { noGrad, ops, scope, tensor } from '../torch/index.js'
import { hits, share } from './bootstrap.js'
import { knn } from './knn.js'
import { fit } from './logistic.js'
import { predictions } from './penalty.js'
import { prepared } from './prepared.js'

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
  if (!allFinite(bank.features) || !allFinite(asked.features)) return { knn: Number.NaN, linear: Number.NaN }
  checkPair(bank, asked)
  return { knn: knn(bank, asked, { k: 20, temperature: 0.1 }).mean, linear: linear(bank, asked) }
}

function linear(train: Bank, test: Bank): number {
  return prepared({ train, test }, {}, ({ principal: { known, asked, energy, labels } }) =>
    noGrad(() =>
      scope(() => {
        const count = train.labels.length
        const weights = ops.ones([1, count]).div_(count)
        const problem = { features: known, energy, labels, weights, penalties: tensor([PENALTY]) }
        const answers = predictions(fit([problem], { classes: train.classes, tolerance: ROUGH }), asked)
        return share(hits(answers.flatten().toArray(), test.labels))
      }),
    ),
  )
}
