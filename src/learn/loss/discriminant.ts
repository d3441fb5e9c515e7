import { buffer } from '../../nn/index.js'
import { inverseRoot, noGrad, onHost, ops, scope, symmetricEigen, type Tensor } from '../../torch/index.js'
import { patchScatter } from '../../torch/kernels.js'
import type { PatchCodes } from '../encoder/patch-codes.js'
import type { Input, Output } from '../extract/extract.js'
import type { Loss, LossModule, Solving } from './loss.js'

export type DiscriminantOptions = {
  /** Strongest directions that are left out: they tell brightness and colour. */
  dropped: number
  /** Places of each view that scatter is measured at. */
  places: number
  /** Added to the variances of codes, as a share of the largest. */
  ridge: number
  /** How far the components of the vectors are evened out: 0 not at all, 0.5 to white. */
  whitening: number
}

/** What its options may be, for whoever has them too. */
export const DISCRIMINANT_LIMITS = { dropped: 'count', places: 'whole', ridge: 'positive' } as const

/** Columns of the sketch for each component that is taken from it. */
const SKETCH = 2
/** Of the largest variance: what is below is no direction of the pictures, but the rounding of float32. */
const NOTHING = 1e-5
/** Added to the sketch before it is inverted, of its largest: a hundredth of that, or it bends the directions beside it. */
const SHIFT = 1e-7

/**
 * Codes of one picture near, those of different pictures far: linear discriminant analysis with every picture as a class of its own,
 * which is the sparse manifold transform (Chen et al. 2022, arXiv 2209.15261) with the whole picture as context. The answer is the
 * eigenvectors of two scatter matrices, so there are no gradients: the first half of the run adds the matrices up, the second finds the
 * principal components of the vectors that follow from them (a randomised sketch, Nyström's method: Halko et al. 2011, arXiv 0909.4061).
 */
export function discriminant(options: DiscriminantOptions): Loss<Output, DiscriminantOptions> {
  return {
    name: 'discriminant analysis of pictures',
    options,
    limits: DISCRIMINANT_LIMITS,
    pairs: 'all',
    alone: true,
    solved: () => Number.POSITIVE_INFINITY,
    build: (own, { encoder }) => new Discriminant(own, encoder as PatchCodes),
  }
}

/** What `discriminant` is made of, for a loss that goes on from there. */
export class Discriminant implements LossModule {
  readonly #options: DiscriminantOptions
  /** Upper half of the codes' second moments, int32 `[K, K]`, and float64 sums over pictures: of their sums' products, and of codes. */
  readonly second: Tensor
  readonly between: Tensor
  readonly sums: Tensor
  /** Float64 `[2]`: places and pictures seen. */
  readonly seen: Tensor
  readonly test: Tensor
  /** Float64 sums over pictures of the cells' vectors and of their products with the random columns of `test`. */
  readonly cells: Tensor
  readonly sketch: Tensor

  constructor(options: DiscriminantOptions, { projection, summary, features }: PatchCodes) {
    this.#options = options
    const [atoms] = projection.shape as [number, number]
    const [wide] = summary.shape as [number, number]
    const columns = Math.min(wide, SKETCH * features)
    const none = (shape: number[]) => buffer(() => ops.zeros(shape, { dtype: 'float64' }))
    this.second = buffer(() => ops.zeros([atoms, atoms], { dtype: 'int32' }))
    this.between = none([atoms, atoms])
    this.sums = none([atoms])
    this.seen = none([2])
    this.test = buffer(() => ops.randn([wide, columns]))
    this.cells = none([wide])
    this.sketch = none([wide, columns])
  }

  compute(): Tensor {
    throw new TypeError('a discriminant has a solution and no gradient: it is solved, not computed')
  }

  solve(
    encoder: PatchCodes,
    inputs: readonly Input[],
    { step, steps }: Solving,
  ): { loss: Tensor; vectors: Tensor } {
    return scope(() =>
      noGrad(() => {
        const half = Math.ceil(steps / 2)
        const vectors = step < half ? this.#addScatter(encoder, inputs) : this.#addCells(encoder, inputs)
        if (step === half - 1) this.#setDirections(encoder)
        if (step === steps - 1) this.#setSummary(encoder)
        return { loss: this.forward(), vectors }
      }),
    )
  }

  /** @returns the mean code of each picture, without what all have in common */
  #addScatter(encoder: PatchCodes, inputs: readonly Input[]): Tensor {
    const each = Math.min(this.#options.places, encoder.places((inputs[0] as Input).x))
    const perView = inputs.map(({ x }) => {
      const all = ops.rand([x.shape[0] as number, encoder.places(x)])
      const places = all.argsort({ dim: 1 }).narrow(1, 0, each).contiguous()
      return patchScatter(x.to('float32'), encoder.dictionary, places, this.second)
    })
    const sums = perView.reduce((a, b) => a.add(b))
    const [pictures] = sums.shape as [number, number]
    const looks = each * inputs.length
    // counts of so many places are exact in float32
    this.between.add_(sums.t().matmul(sums).to('float64').div(looks))
    this.sums.add_(sums.to('float64').sum([0]))
    this.seen.select(0, 0).add_(pictures * looks)
    return sums.div(looks).sub(this.sums.div(this.seen.select(0, 0)).to('float32'))
  }

  /** @returns the vectors of the pictures, without what all have in common */
  #addCells(encoder: PatchCodes, inputs: readonly Input[]): Tensor {
    const vectors = encoder.cells((inputs[0] as Input).x)
    this.cells.add_(vectors.to('float64').sum([0]))
    this.sketch.add_(vectors.t().matmul(vectors.matmul(this.test)).to('float64'))
    this.seen.select(0, 1).add_(vectors.shape[0] as number)
    return vectors.sub(this.cells.div(this.seen.select(0, 1)).to('float32'))
  }

  /** Share of the codes' variance that lies within pictures: float32 `[]`. */
  forward(): Tensor {
    const [looks] = this.seen.unbind() as [Tensor, Tensor]
    const mean = this.sums.div(looks)
    const square = mean.square().sum()
    // a code is its own square
    const total = mean.sum().sub(square)
    const among = this.between.diagonal().sum().div(looks).sub(square)
    return total.sub(among).div(total.clamp_min(1e-12)).to('float32')
  }

  #setDirections({ centre, projection }: PatchCodes): void {
    onHost(() => {
      const looks = ops.to(this.seen, { device: 'cpu' }).toArray()[0] as number
      const mean = exact(this.sums).div(looks)
      const upper = exact(this.second)
      const square = ops.outer(mean, mean)
      const total = upper.add(upper.triu(1).t()).div(looks).sub(square)
      const among = exact(this.between).div(looks).sub(square)
      const whitening = inverseRoot(symmetric(total), ofLargest(this.#options.ridge))
      const [, vectors] = symmetricEigen(whitening.t().matmul(among).matmul(whitening))
      const [atoms, kept] = projection.shape as [number, number]
      const dropped = Math.min(this.#options.dropped, atoms - kept)
      const directions = whitening.matmul(vectors).flip([1]).narrow(1, dropped, kept)
      centre.copy_(mean)
      projection.copy_(directions)
      // of cells by other directions
      for (const sum of [this.cells, this.sketch, this.seen.select(0, 1)]) sum.zero_()
    })
  }

  #setSummary({ middle, summary }: PatchCodes): void {
    onHost(() => {
      const count = exact(this.seen).toArray()[1] as number
      const mean = exact(this.cells).div(count)
      const test = exact(this.test)
      const image = exact(this.sketch)
        .div(count)
        .sub(ops.outer(mean, mean.matmul(test)))
      // the covariance C is about Y (Ωᵀ Y)⁻¹ Yᵀ, where Y = C Ω
      const factor = image.matmul(inverseRoot(symmetric(test.t().matmul(image)), ofLargest(SHIFT)))
      const [values, vectors] = symmetricEigen(factor.t().matmul(factor))
      const [, outputs] = summary.shape as [number, number]
      const kept = (tensor: Tensor, dim: number) => tensor.flip([dim]).narrow(dim, 0, outputs)
      const variances = kept(values, 0)
      const largest = variances.max().clamp_min(1e-12)
      const there = variances.gt(largest.mul(NOTHING)).to('float64')
      const lengths = variances.clamp_min(largest.mul(NOTHING))
      const evened = lengths.add(largest.mul(1e-3)).pow(-this.#options.whitening)
      middle.copy_(mean)
      summary.copy_(factor.matmul(kept(vectors, 1)).mul(lengths.rsqrt().mul(evened).mul(there)))
    })
  }
}

/** What is added to variances: a share of the largest. */
const ofLargest = (share: number) => (variances: Tensor) => variances.max().clamp_min(1e-12).mul(share)

const symmetric = (matrix: Tensor) => matrix.add(matrix.t()).div(2)

/** Float64 on the CPU. */
const exact = (tensor: Tensor) => ops.to(ops.to(tensor, { device: 'cpu' }), 'float64')
