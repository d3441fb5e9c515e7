/** Pictures of a batch as an encoder is shown them: cut, resized and standardised in one pass over their memory. */
import type { Packed } from '../images/batches.js'
import { joined, onHost, scope, sent, type Tensor, tensor } from '../torch/index.js'
import { DRAW, type MakeViews, makeViews } from '../torch/kernels.js'

/** How views come out: each channel as `(x - mean) / std`, in this dtype. */
export type Finish = Pick<MakeViews, 'mean' | 'std' | 'dtype'>

/** Top, left, height and width in pixels of a picture. */
type Box = readonly [number, number, number, number]

/**
 * A centred square of `share` of the short side, resized.
 * @param finish how it comes out; float32 in [0, 1] unless given
 * @returns `[N, C, size, size]`
 */
export function centerCrops(
  batch: Packed,
  size: number,
  share: number,
  finish: Finish = asPictures(batch),
): Tensor {
  return viewsByRows(
    batch,
    [{ rows: squareRows(batch, share), size, radius: 0, threshold: 1 }],
    finish,
  )[0] as Tensor
}

/**
 * Whole pictures, whatever their shape.
 * @returns float32 `[N, C, size, size]` in [0, 1]
 */
export function wholePictures(batch: Packed, size: number): Tensor {
  return viewsByRows(
    batch,
    [{ rows: wholeRows(batch), size, radius: 0, threshold: 1 }],
    asPictures(batch),
  )[0] as Tensor
}

/** Values as they are, in [0, 1]. */
export function asPictures({ channels }: Packed): Finish {
  return { mean: Array(channels).fill(0), std: Array(channels).fill(1), dtype: 'float32' }
}

/** Views of a batch in the form that the kernel reads: `rows` is `[N, DRAW.columns]`. */
export type ViewRows = { rows: Float32Array } & Pick<MakeViews, 'size' | 'radius' | 'threshold'>

/**
 * The pictures are handed to libtorch once for all views, which the CPU makes.
 * @returns for each of `views` `[N, C, size, size]`
 */
export function viewsByRows(batch: Packed, views: readonly ViewRows[], finish: Finish): Tensor[] {
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

/** The rows of a centred square of `share` of each picture's short side, otherwise untouched. */
function squareRows(batch: Packed, share: number): Float32Array {
  return plainRows(batch, (height, width) => {
    const side = Math.max(1, Math.round(Math.min(height, width) * share))
    return [Math.floor((height - side) / 2), Math.floor((width - side) / 2), side, side]
  })
}

/** The rows of whole pictures. */
function wholeRows(batch: Packed): Float32Array {
  return plainRows(batch, (height, width) => [0, 0, height, width])
}

function plainRows({ layout, used }: Packed, boxOf: (height: number, width: number) => Box): Float32Array {
  const rows = new Float32Array(used.length * DRAW.columns)
  for (let i = 0; i < used.length; i++) {
    const at = i * DRAW.columns
    rows.set(boxOf(layout[3 * i + 1] as number, layout[3 * i + 2] as number), at + DRAW.box)
    rows.fill(-1, at + DRAW.order, at + DRAW.amounts)
  }
  return rows
}

/** A batch in libtorch's memory: the values' bytes, and int32 `[N, 3]` where each picture is. */
export function packedTensors({ parts, layout }: Packed): { bytes: Tensor; layout: Tensor } {
  return {
    bytes: joined(parts),
    layout: tensor(layout, [layout.length / 3, 3]),
  }
}
