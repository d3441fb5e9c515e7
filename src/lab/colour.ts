/** How much of a picture's colour histogram can be read off its features: a network may tell pictures apart by colour alone. */
import { noGrad, ops, scope, symmetricEigen, type Tensor } from '../torch/index.js'

/** Bins a channel: 4³ = 64 colours, coarse enough for pictures of 32 × 32. */
const BINS = 4
/** Penalties, as shares of the features' mean square; the best on a held-out part is taken. */
const RIDGES = [1e-4, 1e-3, 1e-2, 1e-1, 1]
/** Share of the pictures that is held out for it. */
const HELD = 0.2

export interface Side {
  /** float32 `[N, D]`. */
  features: Tensor
  /** uint8 `[N, 3, h, w]`. */
  pictures: Tensor
}

/** The share of each colour in each picture, float32 `[N, 64]`; rows sum to 1. */
export function colourHistograms(pictures: Tensor): Tensor {
  return noGrad(() =>
    scope(() => {
      const [n = 0] = pictures.shape
      const bins = pictures.to('int64').mul(BINS).div(256, { rounding_mode: 'floor' })
      const [red, green, blue] = [0, 1, 2].map((channel) => bins.select(1, channel).flatten(1)) as [
        Tensor,
        Tensor,
        Tensor,
      ]
      const colour = red.mul(BINS).add(green).mul(BINS).add(blue).to('int64')
      const pixels = colour.shape[1] as number
      const ones = ops.ones([n, pixels])
      return ops
        .zeros([n, BINS ** 3])
        .scatter_add(1, colour, ones)
        .div(pixels)
    }),
  )
}

/**
 * Ridge regression from the features to the colour histogram: the share of the histograms' variance on the asked pictures that
 * it explains (R², all 64 colours together); at most 1, 0 for features that tell nothing of colour.
 */
export function colourReadOff(known: Side, asked: Side): number {
  return noGrad(() =>
    scope(() => {
      const [n = 0] = known.features.shape
      const cut = Math.max(1, Math.floor(n * (1 - HELD)))
      const histograms = colourHistograms(known.pictures)
      const part = (x: Tensor, from: number, to: number) => x.narrow(0, from, to - from)
      const rough = solver(part(known.features, 0, cut), part(histograms, 0, cut))
      const held = { x: part(known.features, cut, n), y: part(histograms, cut, n) }
      const scores = RIDGES.map((ridge) => rough(ridge, held.x, held.y))
      const best = RIDGES[scores.indexOf(Math.max(...scores))] as number
      return solver(known.features, histograms)(best, asked.features, colourHistograms(asked.pictures))
    }),
  )
}

/** One eigendecomposition serves all penalties; the function returned fits with one and gives R² on other pictures. */
function solver(x: Tensor, y: Tensor): (ridge: number, x: Tensor, y: Tensor) => number {
  const mean = x.mean([0])
  const deviation = x.std([0], false).clamp_min(1e-6)
  const scale = (features: Tensor) => features.sub(mean).div(deviation)
  const centred = scale(x)
  const middle = y.mean([0])
  const [n = 1] = x.shape
  const [values, vectors] = symmetricEigen(centred.t().mm(centred).div(n))
  const product = vectors.t().mm(centred.t().mm(y.sub(middle)).div(n))
  return (ridge, features, truth) =>
    scope(() => {
      const weights = vectors.mm(product.div(values.clamp_min(0).add(ridge).unsqueeze(1)))
      const residual = truth.sub(scale(features).mm(weights).add(middle))
      const total = truth.sub(truth.mean([0]))
      return 1 - residual.square().sum().item() / Math.max(total.square().sum().item(), 1e-12)
    })
}
