/** The operators of our own (`native/layers/`, `native/pictures/`), each with the plain tensor form that it is tested against. */
import { operator } from './dispatch.js'
import { ops } from './ops.js'
import { scope } from './scope.js'
import type { Tensor } from './tensor.js'

export interface CropResize {
  /** Values a pixel, the same in all pictures. */
  channels: number
  /** Value of full brightness; above 255 the bytes hold 16-bit values in the machine's order. Default 255. */
  maximum?: number
  /** Side of the square that comes out, in pixels. */
  size: number
  /** Antialiased when shrinking, both; default bicubic (a = -0.5, as Pillow). */
  filter?: 'bicubic' | 'bilinear'
}

const cropResizeKernel = operator('selfsame::crop_resize')

/**
 * Cuts one box from each of N pictures of different sizes and resamples it to a square; pixels outside of the box are
 * not looked at.
 * @param bytes uint8 `[total]`: the memory of the pictures one after another, each `[height, width, channels]` values
 * @param layout int64 or int32 `[N, 3]`: offset in values, height, width
 * @param boxes float32 `[N, 4]`: top, left, height, width in pixels, inside the picture; fractions are allowed
 * @param flips bool `[N]`: mirror left and right
 * @returns float32 `[N, channels, size, size]` in [0, 1]
 * @throws OperatorError when a picture ends beyond `bytes`, a box leaves its picture, or a shape or dtype differs
 */
export function cropResize(
  bytes: Tensor,
  layout: Tensor,
  boxes: Tensor,
  flips: Tensor,
  options: CropResize,
): Tensor {
  const { channels, size, filter = 'bicubic', maximum = 255 } = options
  return cropResizeKernel(bytes, layout, boxes, flips, channels, size, filter, maximum) as Tensor
}

/** `cropResize` from libtorch's own operators, a picture at a time. Boxes must lie on whole pixels. */
export function cropResizePlain(
  bytes: Tensor,
  layout: Tensor,
  boxes: Tensor,
  flips: Tensor,
  { channels, size, filter = 'bicubic', maximum = 255 }: CropResize,
): Tensor {
  const upsample = filter === 'bicubic' ? ops._upsample_bicubic2d_aa : ops._upsample_bilinear2d_aa
  const [places, cuts, mirrors] = [layout.toArray(), boxes.toArray(), flips.toArray()]
  return scope(() => {
    const values = maximum > 255 ? wideValues(bytes) : bytes
    const squares = mirrors.map((mirror, n) => {
      const [offset = 0, height = 0, width = 0] = places.slice(n * 3)
      const [top = 0, left = 0, tall = 0, wide = 0] = cuts.slice(n * 4)
      const picture = values.narrow(0, offset, height * width * channels).view([1, height, width, channels])
      const box = picture.narrow(1, top, tall).narrow(2, left, wide).permute([0, 3, 1, 2])
      const square = upsample(box.to('float32').contiguous(), [size, size], false, null, null)
      return mirror ? square.flip([3]) : square
    })
    return ops.cat(squares, 0).div(maximum).clamp(0, 1)
  })
}

/** 16-bit values, which libtorch has no arithmetic for, as int32. */
function wideValues(bytes: Tensor): Tensor {
  return bytes.contiguous().view('int16').to('int32').bitwise_and(0xffff)
}

/** Where the numbers of a drawn view stand in its row of `draws`; 18 a row. */
export const DRAW = {
  /** Top, left, height and width in pixels of the picture; fractions are allowed. */
  box: 0,
  /** 0 or 1: mirrored left and right. */
  flip: 4,
  /** Whole pixels of the view down and right, the border mirrored. */
  shift: 5,
  /** Four steps of jitter by number, in the order in which they are taken; -1 for none. */
  order: 7,
  /** Of brightness (added), contrast, saturation (factors) and hue (turns): the steps 0 to 3. */
  amounts: 11,
  /** 0 or 1. */
  grayscale: 15,
  /** Of the blur in pixels of the view; 0 for none. */
  sigma: 16,
  /** 0 or 1. */
  solarize: 17,
  columns: 18,
} as const

export interface MakeViews {
  /** Values a pixel, the same in all pictures. */
  channels: number
  /** Value of full brightness; above 255 the bytes hold 16-bit values in the machine's order. */
  maximum: number
  /** Side of the square that comes out, in pixels. */
  size: number
  /** Pixels on each side of the middle that a blur looks at, at most. */
  radius: number
  /** What is at least as bright is inverted by `solarize`. */
  threshold: number
  /** Of each channel: (x - mean) / std comes out. */
  mean: readonly number[]
  std: readonly number[]
  dtype: 'float32' | 'bfloat16'
}

const makeViewsKernel = operator('selfsame::make_views')

/**
 * One finished view of each of N packed pictures, each made by one thread in the nearest cache: crop, resize (antialiased
 * bicubic) and flip, move, jitter, grayscale, blur, solarize, standardise, in this order. Saturation, hue and grayscale are
 * left out unless there are three channels. Its plain form is `viewsPlain` in src/learn/augment.
 * @param bytes uint8 `[total]`, as `cropResize` takes it
 * @param layout int64 or int32 `[N, 3]`: offset in values, height, width
 * @param draws float32 `[N, 18]`: `DRAW` says what stands where
 * @returns `[N, channels, size, size]` of `dtype`
 * @throws OperatorError when a picture ends beyond `bytes`, a box leaves its picture, or a number, shape or dtype is not as said
 */
export function makeViews(bytes: Tensor, layout: Tensor, draws: Tensor, options: MakeViews): Tensor {
  const { channels, size, radius, threshold, mean, std, dtype, maximum } = options
  return makeViewsKernel(
    bytes,
    layout,
    draws,
    channels,
    size,
    radius,
    threshold,
    mean,
    std,
    dtype,
    maximum,
  ) as Tensor
}

export interface BatchNormAct {
  /** Added before the ReLU; like `x` in shape and dtype. */
  residual?: Tensor | undefined
  /** float32 `[C]`; 1 when absent. */
  weight?: Tensor | undefined
  /** float32 `[C]`; 0 when absent. */
  bias?: Tensor | undefined
  /** float32 `[C]`, updated in training, used outside of it. */
  runningMean?: Tensor | undefined
  /** float32 `[C]`, of the unbiased variance. */
  runningVar?: Tensor | undefined
  /** Normalises with the batch's own statistics (biased variance); otherwise with the running ones. */
  training: boolean
  /** Share of the new batch in the running statistics, 0.1 in most papers. */
  momentum: number
  /** Added to the variance. */
  eps: number
  relu: boolean
}

const batchNormActKernel = operator('selfsame::batch_norm_act')

/**
 * `relu(batch_norm(x) + residual)` (Ioffe and Szegedy 2015) in two passes over memory, and two for its gradient. Keeps
 * `x` for the gradient, and the result where there are both a residual and a ReLU. The arithmetic is float32 in every
 * dtype, so also under `autocast`. On devices other than the CPU it is `batchNormActPlain`.
 * @param x float32 or bfloat16 `[N, C]` or `[N, C, …]`, channels-last or contiguous
 * @returns like `x`, in its layout
 * @throws OperatorError for other shapes and dtypes, and for one value a channel in training; a second derivative throws
 */
export function batchNormAct(x: Tensor, options: BatchNormAct): Tensor {
  if (x.device !== 'cpu') return batchNormActPlain(x, options)
  const { residual = null, weight = null, bias = null, runningMean = null, runningVar = null } = options
  const { training, momentum, eps, relu } = options
  return batchNormActKernel(
    x,
    residual,
    weight,
    bias,
    runningMean,
    runningVar,
    training,
    momentum,
    eps,
    relu,
  ) as Tensor
}

/** `batchNormAct` by libtorch's operators, one after another. */
export function batchNormActPlain(x: Tensor, options: BatchNormAct): Tensor {
  const { residual, weight = null, bias = null, runningMean = null, runningVar = null } = options
  const { training, momentum, eps, relu } = options
  const normal = ops.batch_norm(x, weight, bias, runningMean, runningVar, training, momentum, eps, false)
  const sum = residual ? normal.add(residual) : normal
  return relu ? sum.relu() : sum
}

const gridAverageKernel = operator('selfsame::grid_average')

/**
 * `adaptive_avg_pool2d(x, side).flatten(1)` for maps whose channels lie side by side, in a third of its time with the
 * gradient, which is channels-last. On devices other than the CPU it is that. The sums are float32 in every dtype.
 * @param x float32 or bfloat16 `[N, C, H, W]`
 * @returns `[N, C · side · side]`
 * @throws OperatorError for other shapes and dtypes; a second derivative throws
 */
export function gridAverage(x: Tensor, side: number): Tensor {
  if (x.device !== 'cpu') return ops.adaptive_avg_pool2d(x, [side, side]).flatten(1)
  return gridAverageKernel(x, side) as Tensor
}

const firstConv2dKernel = operator('selfsame::first_conv2d')

/**
 * `conv2d` without bias for pictures, whose channels are few: where `x` needs no gradient and nothing is cast, the gradient of
 * the weights takes a sixth of the time. Otherwise, and on devices other than the CPU, it is `conv2d`.
 * @param x float32 or bfloat16 `[N, in, H, W]`
 * @param weight `[out, in, h, w]`
 * @param stride down and across, and so `padding`
 * @returns `[N, out, H', W']`
 * @throws OperatorError as `conv2d`; where it is not that, a second derivative throws
 */
export function firstConv2d(
  x: Tensor,
  weight: Tensor,
  { stride, padding }: { stride: readonly [number, number]; padding: readonly [number, number] },
): Tensor {
  if (x.device !== 'cpu') return ops.conv2d(x, weight, { stride, padding })
  return firstConv2dKernel(x, weight, stride, padding) as Tensor
}

const conv3x3Kernel = operator('selfsame::conv3x3')

/**
 * `conv2d` with a kernel of 3 × 3, stride 1, a border of one zero and no bias, by Winograd's F(4 × 4, 3 × 3) (Lavin and Gray 2016,
 * arXiv 1509.09308): a quarter of the multiplications, forward and for both gradients, in float32 with a rounding error of about
 * 1e-6 of the largest value, ten times that of `conv2d`. Where `x` is not channels-last float32, the channels do not fill
 * the processor's vectors, the map is tiny, or all is cast, and on devices other than the CPU, it is `conv2d`.
 * @param x float32 or bfloat16 `[N, in, H, W]`
 * @param weight `[out, in, 3, 3]`
 * @returns `[N, out, H, W]`
 * @throws OperatorError as `conv2d`; where it is not that, a second derivative throws
 */
export function conv3x3(x: Tensor, weight: Tensor): Tensor {
  if (x.device !== 'cpu') return ops.conv2d(x, weight, { stride: 1, padding: 1 })
  return conv3x3Kernel(x, weight) as Tensor
}

/** A dictionary of patches, folded into two banks of filters; all float32. */
export interface PatchDictionary {
  /** `[K, C, p, p]` with `bias` `[K]`: a whitened patch's products with the K of the dictionary. */
  filters: Tensor
  bias: Tensor
  /** `[D, C, p, p]` with `normBias` `[D]`: the whitened patch itself, whose length the products are divided by. */
  norms: Tensor
  normBias: Tensor
  /** `[]`: the least cosine at which a place is like a patch of the dictionary. */
  threshold: Tensor
  /** Pixels between two places. */
  stride: number
}

const patchCodesKernel = operator('selfsame::patch_codes')

/**
 * For each cell of a grid the share of its places whose patch is like each patch of a dictionary. On the CPU no more than a few
 * places' cosines are ever held; a place on a border of two cells counts in both, as in `adaptive_avg_pool2d`.
 * @param x float32 `[N, C, H, W]`
 * @param side cells a side
 * @returns float32 `[N, K, side, side]`, 0 to 1
 * @throws OperatorError for other shapes and dtypes
 */
export function patchCodes(x: Tensor, dictionary: PatchDictionary, side: number): Tensor {
  if (x.device !== 'cpu') return patchCodesPlain(x, dictionary, side)
  const { filters, bias, norms, normBias, threshold, stride } = dictionary
  return patchCodesKernel(x, filters, bias, norms, normBias, threshold, stride, side) as Tensor
}

/** `patchCodes` from libtorch's own operators. */
export function patchCodesPlain(x: Tensor, dictionary: PatchDictionary, side: number): Tensor {
  return scope(() => ops.adaptive_avg_pool2d(likeness(x, dictionary), [side, side]))
}

/** 1 where a place is like a patch of the dictionary, else 0: float32 `[N, K, h, w]`. */
function likeness(x: Tensor, { filters, bias, norms, normBias, threshold, stride }: PatchDictionary): Tensor {
  const length = ops
    .conv2d(x, norms, { bias: normBias, stride })
    .square()
    .sum([1], true)
    .sqrt()
    .clamp_min(1e-12)
  return ops.conv2d(x, filters, { bias, stride }).ge(length.mul(threshold)).to('float32')
}

const patchScatterKernel = operator('selfsame::patch_scatter')

/**
 * Counts how often two patches of a dictionary are seen at one place.
 * @param x float32 `[N, C, H, W]`
 * @param places int64 `[N, M]`: the places of each picture to look at, row by row
 * @param second int32 `[K, K]`, to which the counts of the pairs k ≤ l are added in place
 * @returns float32 `[N, K]`: at how many of the places each patch was seen
 * @throws OperatorError for other shapes and dtypes
 */
export function patchScatter(x: Tensor, dictionary: PatchDictionary, places: Tensor, second: Tensor): Tensor {
  if (x.device !== 'cpu') return patchScatterPlain(x, dictionary, places, second)
  const { filters, bias, norms, normBias, threshold, stride } = dictionary
  return patchScatterKernel(x, filters, bias, norms, normBias, threshold, stride, places, second) as Tensor
}

/** `patchScatter` from libtorch's own operators. */
export function patchScatterPlain(
  x: Tensor,
  dictionary: PatchDictionary,
  places: Tensor,
  second: Tensor,
): Tensor {
  return scope(() => {
    const seen = likeness(x, dictionary).flatten(2).transpose(1, 2)
    const [, , count] = seen.shape as [number, number, number]
    const rows = seen.gather(1, places.unsqueeze(2).expand([-1, -1, count]))
    const flat = rows.flatten(0, 1)
    second.add_(flat.t().matmul(flat).triu().to('int32'))
    return rows.sum([1])
  })
}
