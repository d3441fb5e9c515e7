/** Drawn views and packed pictures in the form that the kernels read. */
import { DRAW } from '../../torch/kernels.js'
import type { View } from '../settings-schema.js'
import { type DrawnView, JITTER_STEPS } from './view.js'

/** Sigmas are given for views of this size. */
const REFERENCE_SIZE = 224

/** Sigma of a drawn blur in pixels of a view of `size`; 0 where the view stays sharp. */
export function sigmaAt({ sigma }: DrawnView, size: number): number {
  return ((sigma ?? 0) * size) / REFERENCE_SIZE
}

/** Pixels down and right by which a drawn view of `size` is moved. */
export function shiftAt({ shift }: DrawnView, size: number): readonly [number, number] {
  return shift ? [Math.round(shift[0] * size), Math.round(shift[1] * size)] : [0, 0]
}

/** Drawn views as the rows that the kernel reads: `[N, DRAW.columns]`. */
export function rowsOf(drawn: readonly DrawnView[], size: number): Float32Array {
  const rows = new Float32Array(drawn.length * DRAW.columns)
  let at = 0
  for (const one of drawn) {
    const { box, jitter } = one
    for (let i = 0; i < 4; i++) rows[at + DRAW.box + i] = box[i] as number
    rows[at + DRAW.flip] = Number(one.flip)
    const [down, right] = shiftAt(one, size)
    rows[at + DRAW.shift] = down
    rows[at + DRAW.shift + 1] = right
    for (let i = 0; i < JITTER_STEPS.length; i++) {
      const step = JITTER_STEPS[i] as (typeof JITTER_STEPS)[number]
      rows[at + DRAW.order + i] = jitter ? JITTER_STEPS.indexOf(jitter.order[i] as typeof step) : -1
      rows[at + DRAW.amounts + i] = jitter?.amounts[step] ?? 0
    }
    rows[at + DRAW.grayscale] = Number(one.grayscale)
    rows[at + DRAW.sigma] = sigmaAt(one, size)
    rows[at + DRAW.solarize] = Number(one.solarize)
    at += DRAW.columns
  }
  return rows
}

/** Pixels on each side of the middle that a view's blur looks at. */
export function blurRadius({ blur }: View, size: number): number {
  return Math.max(1, Math.floor((size * blur.kernel) / 2))
}
