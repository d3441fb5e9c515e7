import { ops, type Tensor, tensor } from '../torch/index.js'
import type { Problem } from './logistic.js'
import type { Principal } from './prepared.js'

/** The given pictures, or all, each counting alike, with a classifier for each penalty. */
export function problemOf(
  principal: Principal,
  rows: Int32Array | undefined,
  penalties: readonly number[],
): Problem {
  const { features, labels } = rows
    ? rowsOf(principal, rows)
    : { features: principal.known, labels: principal.labels }
  const count = labels.numel
  return {
    features,
    labels,
    energy: principal.energy,
    weights: ops.ones([1, 1]).div_(count).expand([penalties.length, count]),
    penalties: tensor([...penalties]),
  }
}

export function rowsOf({ known, labels }: Principal, rows: Int32Array): { features: Tensor; labels: Tensor } {
  const picked = tensor(rows).to('int64')
  return { features: known.index_select(0, picked), labels: labels.index_select(0, picked) }
}
