import { ops, scope, type Tensor } from '../torch/index.js'

const HALVINGS = 40
const ROWS = 256

/**
 * t-SNE's symmetric neighbour probabilities `[N, N]`, summing to 1, of unit vectors `[N, D]`: each row's Gaussian is as
 * wide as gives it the wanted perplexity (exp of the entropy), found by bisection for all rows of a block at once.
 */
export function affinities(unit: Tensor, perplexity: number): Tensor {
  return scope(() => {
    const [n = 0] = unit.shape
    const blocks: Tensor[] = []
    for (let from = 0; from < n; from += ROWS) {
      blocks.push(scope(() => conditional(unit, from, Math.min(ROWS, n - from), Math.log(perplexity))))
    }
    const p = ops.cat(blocks)
    return p.add(p.t()).div_(2 * n)
  })
}

/** The rows' probabilities of having each point as neighbour, `[count, N]`. */
function conditional(unit: Tensor, from: number, count: number, entropy: number): Tensor {
  const distances = unit.narrow(0, from, count).mm(unit.t()).mul_(-2).add_(2).clamp_min_(0)
  const own = ops.arange(from, from + count).unsqueeze(1)
  distances.scatter_(1, own, 1e9)
  // the nearest is subtracted: no row's weights all vanish, however narrow its Gaussian
  distances.sub_(distances.amin([1], true))
  const weights = (log: Tensor) => distances.mul(log.exp()).neg_().exp_()
  let low = ops.full([count, 1], -10.5)
  let high = ops.full([count, 1], 25.5)
  for (let i = 0; i < HALVINGS; i++) {
    ;[low, high] = scope(() => {
      const middle = low.add(high).mul(0.5)
      const weight = weights(middle)
      const sum = weight.sum([1], true)
      const mean = weight.mul_(distances.clamp_max(1e6)).sum([1], true).div(sum)
      const wide = sum.log().add(mean.mul(middle.exp())).gt(entropy)
      return [ops.where(wide, middle, low), ops.where(wide, high, middle)] as const
    })
  }
  const weight = weights(low.add(high).mul(0.5))
  return weight.div_(weight.sum([1], true))
}
