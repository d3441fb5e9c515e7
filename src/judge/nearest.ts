import { ops, type Tensor } from '../torch/index.js'

/** Similarities held at once: 64 MB of float32. */
const CELLS = 16e6
/** Groups of columns whose maxima are looked at first; the best of 64 to 1024 at 60,000 columns. */
const GROUPS = 512

/** Rows scaled to length 1 (a row of zeros stays): float32 `[N, D]`. */
export function normalised(features: Tensor): Tensor {
  return features.div(ops.linalg_vector_norm(features, 2, [1], true).clamp_min(1e-12))
}

/** How many queries to compare with a bank of `size` at once. */
export function rowsAtOnce(size: number): number {
  return Math.max(1, Math.floor(CELLS / size))
}

/**
 * The `k` greatest entries of each row, greatest first: values and int64 columns, both `[Q, k]`. Exact; three times
 * as fast as `topk` on long rows, because the k greatest lie in the k groups of columns with the greatest maxima.
 */
export function greatest(rows: Tensor, k: number): [values: Tensor, columns: Tensor] {
  const [count = 0, width = 0] = rows.shape
  const each = Math.floor(width / GROUPS)
  if (each < 4 || k > GROUPS / 4) return rows.topk(k, 1)
  const whole = each * GROUPS
  // group g holds the columns g, g + GROUPS, …: maxima over the outer dimension run in vector registers
  const maxima = rows.narrow(1, 0, whole).unflatten(1, [each, GROUPS]).amax([1])
  const groups = maxima.topk(k, 1, true, false)[1]
  const inside = ops.arange(each).mul(GROUPS)
  const columns = groups.unsqueeze(2).add(inside).flatten(1)
  const rest = ops.arange(whole, width).expand([count, width - whole])
  const candidates = ops.cat([columns, rest], 1)
  const [values, at] = rows.gather(1, candidates).topk(k, 1)
  return [values, candidates.gather(1, at)]
}
