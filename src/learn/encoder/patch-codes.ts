/** A dictionary of the pictures' own patches, and what is computed from which of them a picture holds. Nothing in it has a gradient. */
import type { Encoder } from '../../encode/encoder.js'
import { UsageError } from '../../errors.js'
import { buffer, type Pass } from '../../nn/index.js'
import { inverseRoot, noGrad, onHost, ops, scope, type Tensor, tensor } from '../../torch/index.js'
import { type PatchDictionary, patchCodes } from '../../torch/kernels.js'
import { normalize } from '../similarity/cosine.js'

export interface PatchCodesOptions {
  channels: number
  /** Side of the pictures in pixels. */
  size: number
  /** Patches in the dictionary, K. */
  atoms: number
  /** Side of a patch, and pixels from one to the next. */
  patch: number
  stride: number
  /** Largest cosine of two patches of the dictionary. */
  apart: number
  /** Share of all cosines that count as alike. */
  alike: number
  /** Cells a side that codes are averaged over. */
  grid: number
  /** Directions of the codes that are kept of each cell. */
  directions: number
  /** Length of the feature vector. */
  outputs: number
}

/** Added to the variances of patches before they are whitened, as a share of their mean: what is below is noise. */
const RIDGE = 0.04
/** Patches that the dictionary is chosen among, for each that it holds, and at least. */
const CANDIDATES = { each: 12, least: 20_000 }
/** Pictures whose cosines say where the threshold lies. */
const SAMPLE = 50
/** Candidates that are looked at together. */
const BLOCK = 512

/**
 * `[N, channels, H, W]` to features `[N, outputs]`: each place is coded by the patches of the dictionary that it is like (1 or 0), codes are
 * averaged over a grid of cells, projected, brought to unit length a cell, and their principal components taken. The first pass with
 * `initialize` chooses the dictionary; the projections are random until a loss with a solution sets them.
 */
export class PatchCodes implements Encoder {
  readonly features: number
  readonly startsFromPictures = true
  readonly filters: Tensor
  readonly bias: Tensor
  readonly norms: Tensor
  readonly normBias: Tensor
  readonly threshold: Tensor
  /** Mean code `[K]`, and the directions that codes are projected on, `[K, directions]`. */
  readonly centre: Tensor
  readonly projection: Tensor
  /** Mean vector of all cells `[grid² · directions]`, and its principal components, scaled, `[grid² · directions, outputs]`. */
  readonly middle: Tensor
  readonly summary: Tensor
  readonly #options: PatchCodesOptions

  constructor(options: PatchCodesOptions) {
    const { channels, size, atoms, patch, stride, grid, directions, outputs } = options
    const places = Math.floor((size - patch) / stride) + 1
    if (places < grid)
      throw new UsageError(
        `pictures of ${size} px have ${Math.max(0, places)} places of ${patch} px a side, fewer than a grid of ${grid}: choose larger pictures, smaller patches or a smaller grid`,
      )
    if (directions >= atoms)
      throw new UsageError(
        `${directions} directions of ${atoms} patches cannot be kept: choose fewer directions or more atoms`,
      )
    const values = channels * patch * patch
    const wide = grid * grid * directions
    if (outputs > wide)
      throw new UsageError(
        `${outputs} outputs of ${wide} values cannot be made: choose fewer outputs or more directions`,
      )
    this.#options = options
    this.features = outputs
    this.filters = buffer(() => ops.zeros([atoms, channels, patch, patch]))
    this.bias = buffer(() => ops.zeros([atoms]))
    this.norms = buffer(() => ops.zeros([values, channels, patch, patch]))
    this.normBias = buffer(() => ops.zeros([values]))
    this.threshold = buffer(() => ops.zeros([]))
    this.centre = buffer(() => ops.zeros([atoms]))
    this.projection = buffer(() => ops.randn([atoms, directions]).div(Math.sqrt(atoms)))
    this.middle = buffer(() => ops.zeros([wide]))
    this.summary = buffer(() => ops.randn([wide, outputs]).div(Math.sqrt(wide)))
  }

  /** As the operators take it. */
  get dictionary(): PatchDictionary {
    const { filters, bias, norms, normBias, threshold } = this
    return { filters, bias, norms, normBias, threshold, stride: this.#options.stride }
  }

  /** Places a picture of this shape is looked at. */
  places(x: Tensor): number {
    const { patch, stride } = this.#options
    const [height, width] = x.shape.slice(2) as [number, number]
    return (Math.floor((height - patch) / stride) + 1) * (Math.floor((width - patch) / stride) + 1)
  }

  /** The projected codes of all cells, each of unit length: float32 `[N, grid² · directions]`. */
  cells(x: Tensor): Tensor {
    const { grid, atoms } = this.#options
    return scope(() => {
      const codes = patchCodes(x.to('float32'), this.dictionary, grid)
      const rows = codes.flatten(2).transpose(1, 2).sub(this.centre).reshape([-1, atoms])
      return normalize(rows.matmul(this.projection)).reshape([x.shape[0] as number, -1])
    })
  }

  forward(x: Tensor, { initialize = false }: Pass): Tensor {
    return scope(() => {
      if (initialize) noGrad(() => this.#choose(x.to('float32')))
      return this.cells(x).sub(this.middle).matmul(this.summary)
    })
  }

  /** Whitening, dictionary and threshold from a batch of pictures. */
  #choose(x: Tensor): void {
    const { channels, patch, stride, atoms, alike } = this.#options
    const values = channels * patch * patch
    scope(() => {
      const rows = patchesOf(x, patch, stride, Math.max(CANDIDATES.least, CANDIDATES.each * atoms))
      const own = rows.sub(rows.mean([1], true))
      const mean = own.mean([0])
      const centred = own.sub(mean)
      const whitening = whiteningOf(centred)
      const chosen = this.#apart(normalize(centred.matmul(whitening)))
      const { filters, bias, norms, normBias } = foldedDictionary(
        mean,
        whitening,
        chosen,
        this.norms.shape.slice(1),
      )
      this.filters.copy_(filters)
      this.bias.copy_(bias)
      this.norms.copy_(norms)
      this.normBias.copy_(normBias)
      const cosines = normalize(
        patchesOf(
          x.narrow(0, 0, Math.min(SAMPLE, x.shape[0] as number)),
          patch,
          stride,
          Math.ceil(1e6 / atoms),
        )
          .matmul(this.norms.reshape([values, values]).t())
          .add(this.normBias),
      ).matmul(chosen.t())
      const all = cosines.flatten()
      const rank = Math.max(1, Math.round((1 - alike) * all.numel))
      this.threshold.copy_(ops.kthvalue(all, rank)[0])
    })
  }

  /** The first of unit vectors `[N, D]` that are not alike, `[atoms, D]`: where there are too few, ever more alike ones. */
  #apart(candidates: Tensor): Tensor {
    const { atoms, apart } = this.#options
    return scope(() => {
      let rows = candidates
      let chosen = rows.narrow(0, 0, 0)
      for (let most = apart; (chosen.shape[0] as number) < atoms && most < 1; most += 0.1) {
        const taken = farApart(rows, chosen, most, atoms)
        chosen = taken.chosen
        rows = taken.left
      }
      const missing = atoms - (chosen.shape[0] as number)
      return missing > 0
        ? ops.cat([chosen, normalize(ops.randn([missing, candidates.shape[1] as number]))])
        : chosen
    })
  }
}

/**
 * Centring, whitening and comparing patches as two convolutions: with a patch without its own mean as p, `norms` make (p - mean) ·
 * whitening, and `filters` that times each of the dictionary.
 * @param mean of patches without their own means `[D]`
 * @param whitening `[D, D]`
 * @param chosen the dictionary's whitened patches, of unit length, `[K, D]`
 * @param shape of a patch, `[C, patch, patch]`, of D values
 * @returns filters `[K, C, patch, patch]`, norms `[D, C, patch, patch]`, and their biases
 */
export function foldedDictionary(
  mean: Tensor,
  whitening: Tensor,
  chosen: Tensor,
  shape: readonly number[],
): Omit<PatchDictionary, 'threshold' | 'stride'> {
  // a patch's own mean is taken away by the filters themselves
  const meanless = (columns: Tensor) =>
    columns
      .sub(columns.mean([0], true))
      .t()
      .reshape([-1, ...shape])
  const folded = whitening.matmul(chosen.t())
  return {
    filters: meanless(folded),
    bias: mean.matmul(folded).neg(),
    norms: meanless(whitening),
    normBias: mean.matmul(whitening).neg(),
  }
}

/** Pictures whose patches are laid out together. */
const TOGETHER = 32

/** As many patches at random places of pictures, or all where there are fewer, `[count, C · patch · patch]`. */
function patchesOf(x: Tensor, patch: number, stride: number, count: number): Tensor {
  const pictures = x.shape[0] as number
  const parts = Array.from({ length: Math.ceil(pictures / TOGETHER) }, (_, part) =>
    scope(() => {
      const from = part * TOGETHER
      const some = x.narrow(0, from, Math.min(TOGETHER, pictures - from))
      const all = ops
        .im2col(some, [patch, patch], [1, 1], [0, 0], [stride, stride])
        .transpose(1, 2)
        .flatten(0, 1)
      const rows = all.shape[0] as number
      const share = Math.ceil((count * (some.shape[0] as number)) / pictures)
      return all.index_select(0, ops.randperm(rows).narrow(0, 0, Math.min(rows, share)))
    }),
  )
  const found = ops.cat(parts)
  return found.index_select(0, ops.randperm(found.shape[0] as number))
}

/** Centred rows `[N, D]` to the matrix `[D, D]` whose products with them are white. */
function whiteningOf(rows: Tensor): Tensor {
  return onHost(() => {
    const wide = ops.to(rows, 'float64')
    const covariance = wide
      .t()
      .matmul(wide)
      .div(rows.shape[0] as number)
    const ridge = (variances: Tensor) => variances.mean().mul(RIDGE).clamp_min(1e-12)
    return inverseRoot(covariance, ridge).to('float32')
  })
}

/** Adds to `chosen` the rows that have no cosine above `most` with any in it, until there are `count`. */
function farApart(
  rows: Tensor,
  chosen: Tensor,
  most: number,
  count: number,
): { chosen: Tensor; left: Tensor } {
  const left: Tensor[] = []
  for (let from = 0; from < (rows.shape[0] as number); from += BLOCK) {
    const block = rows.narrow(0, from, Math.min(BLOCK, (rows.shape[0] as number) - from))
    if ((chosen.shape[0] as number) >= count) break
    const size = block.shape[0] as number
    const near = (chosen.shape[0] as number) > 0 ? block.matmul(chosen.t()).amax([1]).toArray() : []
    const among = block.matmul(block.t()).toArray()
    const taken: number[] = []
    for (let i = 0; i < size && (chosen.shape[0] as number) + taken.length < count; i++) {
      if ((near[i] ?? -1) > most || taken.some((j) => (among[i * size + j] as number) > most)) continue
      taken.push(i)
    }
    const others = Array.from({ length: size }, (_, i) => i).filter((i) => !taken.includes(i))
    const pick = (places: readonly number[]) =>
      block.index_select(0, tensor([...places], [places.length], 'int64'))
    if (taken.length > 0) chosen = ops.cat([chosen, pick(taken)])
    if (others.length > 0) left.push(pick(others))
  }
  return { chosen, left: left.length > 0 ? ops.cat(left) : rows.narrow(0, 0, 0) }
}
