import { allFinite, type Bank } from '../encode/bank.js'
import { knn } from './knn.js'
import { logisticRegression } from './logistic-regression.js'

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
  const linear = logisticRegression(bank, asked, { penalties: [PENALTY], tolerance: ROUGH }).mean
  return { knn: knn(bank, asked, { k: 20, temperature: 0.1 }).mean, linear }
}
