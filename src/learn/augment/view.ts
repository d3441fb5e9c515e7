/** Choice 1, which views of a picture: what a view may do to it, and one draw of that. */

import { below, type Draw, permutation, uniform } from '../../encode/random.js'
import type { View } from '../settings-schema.js'

export type Range = readonly [low: number, high: number]

/**
 * The papers' blur by 0.1 to 2 pixels with 23 taps, for views of `size` px: published code counts the pixels of whatever
 * view it blurs, while ours shrinks with the view.
 */
export function blurAt(size: number, taps = 23): Pick<View['blur'], 'sigma' | 'kernel'> {
  return { sigma: [(0.1 * 224) / size, (2 * 224) / size], kernel: taps / size }
}

/** Whether every draw of a view is the picture itself, or its centred square. */
export function changesNothing({ crop, flip, jitter, grayscale, blur, solarize, translate }: View): boolean {
  const chances = [
    flip,
    jitter.probability,
    grayscale,
    blur.probability,
    solarize.probability,
    translate?.probability ?? 0,
  ]
  return crop.area[0] === 1 && chances.every((chance) => chance === 0)
}

export const JITTER_STEPS = ['brightness', 'contrast', 'saturation', 'hue'] as const
export type JitterStep = (typeof JITTER_STEPS)[number]

/** One view of one picture: everything random about it. */
export interface DrawnView {
  /** In pixels of the picture. */
  box: readonly [top: number, left: number, height: number, width: number]
  flip: boolean
  /** Absent when the picture keeps its colours. `brightness` is added, `contrast` and `saturation` are factors. */
  jitter: { order: readonly JitterStep[]; amounts: Readonly<Record<JitterStep, number>> } | undefined
  grayscale: boolean
  /** Absent when the view stays sharp. */
  sigma: number | undefined
  solarize: boolean
  /** Shares of the side, down and right; absent when the view stays in place. */
  shift: readonly [number, number] | undefined
}

/**
 * Draws one view of a picture of the given size. Always consumes its draws in the same order.
 * @param shared draws that all views of the picture have in common
 */
export function drawView(
  view: View,
  draw: Draw,
  height: number,
  width: number,
  shared: Draw = draw,
): DrawnView {
  const box = drawBox(view.crop, draw, height, width)
  const own = draw() < view.flip
  const flip = view.sharedFlip ? shared() < view.flip : own
  const { probability, brightness, contrast, saturation, hue } = view.jitter
  const jittered = draw() < probability
  const order = Array.from(permutation(draw, JITTER_STEPS.length), (i) => JITTER_STEPS[i] as JitterStep)
  const amounts = {
    brightness: uniform(draw, -brightness, brightness),
    contrast: uniform(draw, 1 - contrast, 1 + contrast),
    saturation: uniform(draw, 1 - saturation, 1 + saturation),
    hue: uniform(draw, -hue, hue),
  }
  const grayscale = draw() < view.grayscale
  const blurred = draw() < view.blur.probability
  const sigma = uniform(draw, ...view.blur.sigma)
  const solarize = draw() < view.solarize.probability
  const { probability: moved, share } = view.translate ?? { probability: 0, share: 0 }
  const moves = draw() < moved
  const shift = [uniform(draw, -share, share), uniform(draw, -share, share)] as const
  return {
    box,
    flip,
    jitter: jittered ? { order, amounts } : undefined,
    grayscale,
    sigma: blurred ? sigma : undefined,
    solarize,
    shift: moves ? shift : undefined,
  }
}

const ATTEMPTS = 10

/** Inception's random crop (Szegedy et al. 2014): up to ten tries, then the largest centred box of a legal ratio. */
export function drawBox(
  { area, ratio }: View['crop'],
  draw: Draw,
  height: number,
  width: number,
): readonly [number, number, number, number] {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const pixels = uniform(draw, ...area) * height * width
    const aspect = Math.exp(uniform(draw, Math.log(ratio[0]), Math.log(ratio[1])))
    const w = Math.round(Math.sqrt(pixels * aspect))
    const h = Math.round(Math.sqrt(pixels / aspect))
    if (w > 0 && h > 0 && w <= width && h <= height) {
      return [below(draw, height - h + 1), below(draw, width - w + 1), h, w]
    }
  }
  const w = Math.max(1, Math.min(width, Math.round(height * ratio[1])))
  const h = Math.max(1, Math.min(height, Math.round(width / ratio[0])))
  return [Math.floor((height - h) / 2), Math.floor((width - w) / 2), h, w]
}
