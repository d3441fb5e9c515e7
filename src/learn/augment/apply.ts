import type { Packed } from '../../images/batches.js'
import { noGrad, ops, scope, type Tensor, tensor } from '../../torch/index.js'
import { cropResize } from '../../torch/kernels.js'
import { gaussianBlur } from './blur.js'
import { brightness, contrast, grayscale, hue, saturation, solarize } from './color.js'
import { drawMask } from './mask.js'
import { stream } from './random.js'
import { translate } from './translate.js'
import { type DrawnView, drawView, JITTER_STEPS, type JitterStep, type View } from './view.js'

const JITTER: Record<JitterStep, (x: Tensor, amounts: Tensor) => Tensor> = {
  brightness,
  contrast,
  saturation,
  hue,
}
/** Steps that mean something for pictures without colour. */
const GREY_STEPS: readonly JitterStep[] = ['brightness', 'contrast']
/** Sigmas are given for views of this size. */
const REFERENCE_SIZE = 224
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
    const shared = stream(seed, epoch, index, SHARED)
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

/**
 * Makes drawn views of a whole batch at once.
 * @returns float32 `[N, C, size, size]` in [0, 1]
 */
export function applyViews(view: View, drawn: readonly DrawnView[], batch: Packed, size: number): Tensor {
  return scope(() =>
    noGrad(() => {
      const boxes = tensor(
        drawn.flatMap(({ box }) => box),
        [drawn.length, 4],
      )
      const flips = tensor(
        drawn.map(({ flip }) => flip),
        [drawn.length],
        'bool',
      )
      const cropped = cropResize(bytesOf(batch), tensor(batch.layout, [drawn.length, 3]), boxes, flips, {
        channels: batch.channels,
        size,
      })
      return finish(view, drawn, cropped, size)
    }),
  )
}

/** Side of a view in pixels: its share of the run's `size`, a multiple of `grain` where it is smaller. */
export function viewSize({ scale }: View, size: number, grain: number): number {
  return scale === undefined ? size : Math.max(grain, Math.round((size * scale) / grain) * grain)
}

/** Everything after the crop and flip, in the order of the paper: jitter, grayscale, blur, solarize. */
function finish(view: View, drawn: readonly DrawnView[], x: Tensor, size: number): Tensor {
  const moved = where(drawn, ({ shift }) => shift !== undefined)
  change(x, moved, (part) =>
    translate(
      part,
      moved.map(
        (i) => (drawn[i]?.shift ?? [0, 0]).map((share) => Math.round(share * size)) as [number, number],
      ),
    ),
  )
  const colour = x.shape[1] === 3
  const steps = colour ? JITTER_STEPS : GREY_STEPS
  for (let position = 0; position < JITTER_STEPS.length; position++) {
    for (const step of steps) {
      const chosen = where(drawn, ({ jitter }) => jitter?.order[position] === step)
      const amounts = chosen.map((i) => drawn[i]?.jitter?.amounts[step] as number)
      change(x, chosen, (part) => JITTER[step](part, tensor(amounts)))
    }
  }
  if (colour)
    change(
      x,
      where(drawn, ({ grayscale }) => grayscale),
      grayscale,
    )
  const blurred = where(drawn, ({ sigma }) => sigma !== undefined)
  const radius = Math.max(1, Math.floor((size * view.blur.kernel) / 2))
  const sigmas = blurred.map((i) => ((drawn[i]?.sigma as number) * size) / REFERENCE_SIZE)
  change(x, blurred, (part) => gaussianBlur(part, sigmas, radius))
  change(
    x,
    where(drawn, ({ solarize }) => solarize),
    (part) => solarize(part, view.solarize.threshold),
  )
  return x
}

function where(drawn: readonly DrawnView[], test: (view: DrawnView) => boolean): number[] {
  return drawn.flatMap((view, i) => (test(view) ? [i] : []))
}

/** Replaces the chosen pictures of a batch by their changed copies. */
function change(x: Tensor, chosen: readonly number[], operation: (part: Tensor) => Tensor): void {
  if (chosen.length === 0) return
  scope(() => {
    const index = tensor(BigInt64Array.from(chosen, BigInt))
    x.index_copy_(0, index, operation(x.index_select(0, index)))
  })
}

/**
 * The one view that is judged: a centred square of `share` of the short side, resized.
 * @returns float32 `[N, C, size, size]` in [0, 1]
 */
export function plainViews(batch: Packed, size: number, share: number): Tensor {
  return scope(() =>
    noGrad(() => {
      const count = batch.indices.length
      const boxes = new Float32Array(4 * count)
      for (let i = 0; i < count; i++) {
        const height = batch.layout[3 * i + 1] as number
        const width = batch.layout[3 * i + 2] as number
        const side = Math.max(1, Math.round(Math.min(height, width) * share))
        boxes.set([Math.floor((height - side) / 2), Math.floor((width - side) / 2), side, side], 4 * i)
      }
      const flips = ops.zeros([count], { dtype: 'bool' })
      const layout = tensor(batch.layout, [count, 3])
      return cropResize(bytesOf(batch), layout, tensor(boxes, [count, 4]), flips, {
        channels: batch.channels,
        size,
      })
    }),
  )
}

function bytesOf({ values }: Packed): Tensor {
  return tensor(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
}
