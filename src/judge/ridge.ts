import { type Bank, checkPair } from '../encode/bank.js'
import { noGrad, ops, scope, type Tensor, tensor } from '../torch/index.js'
import { hits } from './bootstrap.js'
import { standard, standardised } from './standardise.js'

/**
 * Picture by picture 1 where a linear classifier by least squares names the class: with features X standardised, W the minimum of
 * |X W − Y|² / N + penalty · |W|², and Y one column a class, 1 where a picture is of it, less that class's share (Hoerl & Kennard 1970). One
 * equation of as many unknowns as there are features or pictures, whichever are fewer.
 * @param penalty above 0
 * @throws UsageError when the banks do not fit together
 */
export function ridgeHits(train: Bank, test: Bank, penalty: number): Uint8Array {
  checkPair(train, test)
  const answers = noGrad(() =>
    scope(() => {
      const statistics = standard(train.features)
      const known = standardised(train.features, statistics)
      const count = train.labels.length
      const labels = tensor(train.labels).to('int64').unsqueeze(1)
      const classes = ops.zeros([count, train.classes]).scatter_add_(1, labels, ops.ones([count, 1]))
      const shares = classes.mean([0])
      const slopes = solved(known, classes.sub(shares), penalty)
      return standardised(test.features, statistics).mm(slopes).add_(shares).argmax(1).toArray()
    }),
  )
  return hits(answers, test.labels)
}

/** `[D, K]` from X `[N, D]` and Y `[N, K]`. */
function solved(x: Tensor, y: Tensor, penalty: number): Tensor {
  const [count, columns] = x.shape as [number, number]
  const regular = (products: Tensor) =>
    products.div_(count).add_(ops.eye(products.shape[0] as number).mul_(penalty))
  // (XᵀX + c)⁻¹ Xᵀ is Xᵀ (XXᵀ + c)⁻¹
  if (count < columns) return x.t().mm(ops.linalg_solve(regular(x.mm(x.t())), y.div(count)))
  return ops.linalg_solve(regular(x.t().mm(x)), x.t().mm(y).div_(count))
}
