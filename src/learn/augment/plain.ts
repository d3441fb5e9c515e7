/** Views by tensor operators, a step at a time: what the fused kernel is tested against. */

import { packedTensors } from '../../encode/crops.js'
import type { Packed } from '../../images/batches.js'
import { noGrad, scope, type Tensor, tensor } from '../../torch/index.js'
import { cropResize } from '../../torch/kernels.js'
import type { View } from '../settings-schema.js'
import { gaussianBlur } from './blur.js'
import { brightness, contrast, grayscale, hue, saturation, solarize } from './color.js'
import { blurRadius, shiftAt, sigmaAt } from './rows.js'
import { translate } from './translate.js'
import { type DrawnView, JITTER_STEPS, type JitterStep } from './view.js'

const JITTER: Record<JitterStep, (x: Tensor, amounts: Tensor) => Tensor> = {
  brightness,
  contrast,
  saturation,
  hue,
}
/** Steps that mean something for pictures without colour. */
const GREY_STEPS: readonly JitterStep[] = ['brightness', 'contrast']

/**
 * The same views as `applyViews` makes.
 * @returns float32 `[N, C, size, size]` in [0, 1]
 */
export function viewsPlain(view: View, drawn: readonly DrawnView[], batch: Packed, size: number): Tensor {
  return scope(() =>
    noGrad(() => {
      const { bytes, layout } = packedTensors(batch)
      const boxes = tensor(
        drawn.flatMap(({ box }) => box),
        [drawn.length, 4],
      )
      const flips = tensor(
        drawn.map(({ flip }) => flip),
        [drawn.length],
        'bool',
      )
      const { channels, maximum } = batch
      return finish(view, drawn, cropResize(bytes, layout, boxes, flips, { channels, size, maximum }), size)
    }),
  )
}

/** Everything after the crop and flip, in the order of the paper: jitter, grayscale, blur, solarize. */
function finish(view: View, drawn: readonly DrawnView[], x: Tensor, size: number): Tensor {
  const moved = where(drawn, ({ shift }) => shift !== undefined)
  change(x, moved, (part) =>
    translate(
      part,
      moved.map((i) => shiftAt(drawn[i] as DrawnView, size)),
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
  const sigmas = blurred.map((i) => sigmaAt(drawn[i] as DrawnView, size))
  change(x, blurred, (part) => gaussianBlur(part, sigmas, blurRadius(view, size)))
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
