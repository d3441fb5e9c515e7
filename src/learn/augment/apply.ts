import type { Packed } from '../../images/batches.js'
import { onHost, scope, sent, type Tensor, tensor } from '../../torch/index.js'
import { DRAW, type MakeViews, makeViews } from '../../torch/kernels.js'
import { drawMask } from './mask.js'
import { stream } from './random.js'
import { blurRadius, packedTensors, rowsOf, squareRows, wholeRows } from './rows.js'
import { type DrawnView, drawView, type View } from './view.js'

/** Stand in for a view's number where draws belong to no view, or to its mask. */
const SHARED = 1_000_000
const MASKS = 2_000_000

export interface ViewKeys {
  seed: number
  epoch: number
  /** Number of the view within its method, so that views of one picture differ. */
  view: number
}

/** One drawn view for each picture of a batch: a pure function of the keys and each picture's index and size. */
export function drawViews(view: View, batch: Packed, { seed, epoch, view: number }: ViewKeys): DrawnView[] {
  return Array.from(batch.used, (index, i) => {
    const height = batch.layout[3 * i + 1] as number
    const width = batch.layout[3 * i + 2] as number
    const shared = view.sharedFlip ? stream(seed, epoch, index, SHARED) : undefined
    return drawView(view, stream(seed, epoch, index, number), height, width, shared)
  })
}

/**
 * The patches of a view that are hidden, one mask for each picture of a batch; a pure function like `drawViews`.
 * @param grid patches on a side
 * @returns bool `[N, grid * grid]`, or undefined where the view has no mask
 */
export function drawMasks(
  { mask }: View,
  { used }: Packed,
  { seed, epoch, view: number }: ViewKeys,
  grid: number,
): Tensor | undefined {
  if (!mask) return undefined
  const masks = Array.from(used, (index) => drawMask(mask, stream(seed, epoch, index, number + MASKS), grid))
  return tensor(Uint8Array.from(masks.flatMap((one) => [...one])), [used.length, grid * grid], 'bool')
}

/** Drawn views of a batch to be made, one of each picture. */
export interface Wanted {
  view: View
  drawn: readonly DrawnView[]
  /** Side in pixels. */
  size: number
}

/** How views come out: each channel as `(x - mean) / std`, in this dtype. */
export type Finish = Pick<MakeViews, 'mean' | 'std' | 'dtype'>

/**
 * Makes drawn views of a whole batch, ready for a network.
 * @returns for each of `wanted` `[N, C, size, size]` of `finish.dtype`
 */
export function finishedViews(batch: Packed, wanted: readonly Wanted[], finish: Finish): Tensor[] {
  const each = wanted.map(({ view, drawn, size }) => ({
    rows: rowsOf(drawn, size),
    size,
    radius: blurRadius(view, size),
    threshold: view.solarize.threshold,
  }))
  return make(batch, each, finish)
}

/**
 * Makes drawn views of a whole batch, as pictures.
 * @returns float32 `[N, C, size, size]` in [0, 1]
 */
export function applyViews(view: View, drawn: readonly DrawnView[], batch: Packed, size: number): Tensor {
  return finishedViews(batch, [{ view, drawn, size }], asPictures(batch))[0] as Tensor
}

/**
 * The one view that is judged: a centred square of `share` of the short side, resized.
 * @param finish how it comes out; float32 in [0, 1] unless given
 * @returns `[N, C, size, size]`
 */
export function plainViews(
  batch: Packed,
  size: number,
  share: number,
  finish: Finish = asPictures(batch),
): Tensor {
  return make(batch, [{ rows: squareRows(batch, share), size, radius: 0, threshold: 1 }], finish)[0] as Tensor
}

/**
 * Whole pictures, whatever their shape.
 * @returns float32 `[N, C, size, size]` in [0, 1]
 */
export function wholeViews(batch: Packed, size: number): Tensor {
  return make(
    batch,
    [{ rows: wholeRows(batch), size, radius: 0, threshold: 1 }],
    asPictures(batch),
  )[0] as Tensor
}

/** Values as they are. */
function asPictures({ channels }: Packed): Finish {
  return { mean: Array(channels).fill(0), std: Array(channels).fill(1), dtype: 'float32' }
}

type Each = { rows: Float32Array } & Pick<MakeViews, 'size' | 'radius' | 'threshold'>

/** The pictures are handed to libtorch once for all views, which the CPU makes. */
function make(batch: Packed, views: readonly Each[], finish: Finish): Tensor[] {
  const { channels, maximum } = batch
  const made = () => {
    const { bytes, layout } = packedTensors(batch)
    return views.map(({ rows, ...each }) =>
      makeViews(bytes, layout, tensor(rows, [batch.used.length, DRAW.columns]), {
        channels,
        maximum,
        ...each,
        mean: finish.mean,
        std: finish.std,
        dtype: finish.dtype,
      }),
    )
  }
  return scope(() => onHost(made).map(sent))
}

/** Side of a view in pixels: its share of the run's `size`, a multiple of `grain` where it is smaller. */
export function viewSize({ scale }: View, size: number, grain: number): number {
  return scale === undefined ? size : Math.max(grain, Math.round((size * scale) / grain) * grain)
}
