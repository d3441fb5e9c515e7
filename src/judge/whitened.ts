/** Raw pixels whose strongest directions are evened out: what the eye's own statistics give away, with nothing learned but them. */
import { checkFeatures } from '../encode/bank.js'
import { judgingStream } from '../encode/random.js'
import { UsageError } from '../errors.js'
import { evenly } from '../images/evenly.js'
import { noGrad, onHost, ops, scope, symmetricEigen, type Tensor, tensor } from '../torch/index.js'

/** Principal components that are kept. */
const COMPONENTS = 128
/** Pictures that the components are found on: more move them by less than it shows, and cost seconds. */
const PICTURES = 5000
/** Columns of the sketch beyond the components, and how often it is multiplied by the covariance. */
const SKETCH = { spare: 32, rounds: 4 }
/** Added to the variances, as a share of the strongest: the weakest components are mostly noise. */
const RIDGE = 1e-3

/** Vectors float32 `[N, D]` of training and of test pictures. */
export interface BothSides {
  train: Tensor
  test: Tensor
}

/**
 * Pixels whitened by PCA: `(x - m) V (Λ + r)^-½`, where m, V and Λ are mean, principal components and variances of the training side
 * alone, so that nothing of the test side is known beforehand, and r is a small ridge. The components come from a randomised sketch with
 * subspace iterations (Halko et al. 2011, arXiv 0909.4061, algorithm 4.4), which is exact where the sketch has all columns.
 * @param sides pixels float32 `[N, D]`, of the same length on both sides
 * @returns float32 `[N, K]` each, K being 128, or fewer where there are fewer values or training pictures
 * @throws UsageError when the sides do not fit together
 */
export function whitened({ train, test }: BothSides, seed = 0): BothSides {
  const [, values] = checkFeatures(train, 'train')
  const [, others] = checkFeatures(test, 'test')
  if (others !== values) {
    throw new UsageError(
      `expected as many values a picture on both sides, got ${values} and ${others}: shrink both to one size`,
    )
  }
  return onHost(() =>
    noGrad(() =>
      scope(() => {
        const by = whitening(train, COMPONENTS, seed)
        return { train: whitenedBy(by, train), test: whitenedBy(by, test) }
      }),
    ),
  )
}

/** What a row is multiplied by, `[D, K]`, and what is subtracted then, `[1, K]`. */
export interface Whitening {
  scaled: Tensor
  offset: Tensor
}

/**
 * The whitening that rows float32 `[N, D]` teach, as `whitened` has it.
 * @param most components, of which there are fewer where there are fewer values or rows
 */
export function whitening(rows: Tensor, most: number, seed = 0): Whitening {
  const [count] = checkFeatures(rows, 'train')
  return onHost(() =>
    noGrad(() =>
      scope(() => {
        const known = Math.min(count, PICTURES)
        const some = rows.index_select(0, tensor(evenly(count, known), [known], 'int64')).to('float64')
        const mean = some.mean([0])
        const { variances, directions } = components(some.sub_(mean), most, seed)
        const largest = variances.max().clamp_min(1e-12)
        const scaled = directions.mul(variances.add(largest.mul(RIDGE)).rsqrt()).to('float32')
        return { scaled, offset: mean.to('float32').unsqueeze(0).mm(scaled) }
      }),
    ),
  )
}

/** Rows float32 `[N, D]` as `[N, K]`. */
export function whitenedBy({ scaled, offset }: Whitening, rows: Tensor): Tensor {
  return scope(() => rows.mm(scaled).sub_(offset))
}

/** Strongest variances `[K]` of centred rows `[N, D]`, the largest first, and their directions as columns `[D, K]`. */
function components(rows: Tensor, most: number, seed: number): { variances: Tensor; directions: Tensor } {
  const [n, d] = rows.shape as [number, number]
  const kept = Math.max(1, Math.min(most, d, n - 1))
  const columns = Math.min(n, d, kept + SKETCH.spare)
  const draw = judgingStream(seed, 0x9ca)
  const first = tensor(
    Float64Array.from({ length: d * columns }, () => draw() - 0.5),
    [d, columns],
  )
  return scope(() => {
    const basis = (made: Tensor) => ops.linalg_qr(made)[0]
    let found = basis(first)
    for (let round = 0; round < SKETCH.rounds; round++)
      found = scope(() => basis(rows.t().mm(rows.mm(found))))
    const seen = rows.mm(found)
    const [variances, turned] = symmetricEigen(seen.t().mm(seen).div(n))
    const strongest = (made: Tensor, dim: number) => made.flip([dim]).narrow(dim, 0, kept)
    return {
      variances: strongest(variances, 0).clamp_min(0),
      directions: found.mm(strongest(turned, 1)),
    }
  })
}
