import { asPictures, type Finish, viewsByRows } from '../../encode/crops.js'
import { STREAMS, stream } from '../../encode/random.js'
import type { Packed } from '../../images/batches.js'
import { type Tensor, tensor } from '../../torch/index.js'
import type { Settings } from '../settings.js'
import type { View } from '../settings-schema.js'
import { drawMask } from './mask.js'
import { blurRadius, rowsOf } from './rows.js'
import { type DrawnView, drawView } from './view.js'

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
    const shared = view.sharedFlip ? stream(seed, epoch, index, STREAMS.shared) : undefined
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
  const masks = Array.from(used, (index) =>
    drawMask(mask, stream(seed, epoch, index, number + STREAMS.masks), grid),
  )
  return tensor(Uint8Array.from(masks.flatMap((one) => [...one])), [used.length, grid * grid], 'bool')
}

/** Drawn views of a batch to be made, one of each picture. */
export interface Wanted {
  view: View
  drawn: readonly DrawnView[]
  /** Side in pixels. */
  size: number
}

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
  return viewsByRows(batch, each, finish)
}

/**
 * Makes drawn views of a whole batch, as pictures.
 * @returns float32 `[N, C, size, size]` in [0, 1]
 */
export function applyViews(view: View, drawn: readonly DrawnView[], batch: Packed, size: number): Tensor {
  return finishedViews(batch, [{ view, drawn, size }], asPictures(batch))[0] as Tensor
}

/** Side of a view in pixels: its share of the run's `size`, a multiple of `grain` where it is smaller. */
export function viewSize({ scale }: View, size: number, grain: number): number {
  return scale === undefined ? size : Math.max(grain, Math.round((size * scale) / grain) * grain)
}

/** An epoch that no training reaches, the same for all runs. */
const UNSEEN = 2 ** 40

/**
 * Views of a batch as training makes them, which no network has learned from.
 * @param keys which view of the method, and a seed that need not be that of training
 * @returns `[N, C, size, size]`
 */
export function unseenViews(
  batch: Packed,
  { views, size }: Pick<Settings, 'views' | 'size'>,
  { view: number, seed }: Pick<ViewKeys, 'view' | 'seed'>,
  finish: Finish,
): Tensor {
  // a method of one view makes a second like it
  const view = (views[number] ?? views[0]) as View
  const drawn = drawViews(view, batch, { seed, epoch: UNSEEN, view: number })
  return finishedViews(batch, [{ view, drawn, size }], finish)[0] as Tensor
}
