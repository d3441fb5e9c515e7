import type { View } from './augment/view.js'
import type { OptimizerSpec } from './optimizers.js'
import type { TargetSpec } from './target.js'

export const PRESET_NAMES = ['imagenet', 'cifar', 'small'] as const
export type PresetName = (typeof PRESET_NAMES)[number]

/** The numbers of a recipe that depend on the data, not on the idea of the method. */
export interface Recipe {
  encoder: string
  /** Side of the views in pixels. */
  size: number
  /** Side that pictures are judged at; views enlarge what they cut out, so somewhat more than `size` (arXiv 1906.06423). */
  evalSize: number
  /** Pictures an optimiser step. */
  batch: number
  epochs: number
  /** Epochs of linear warm-up of the learning rate. */
  warmup: number
  optimizer: OptimizerSpec
  /** Multiplied by batch / 256. */
  learningRate: number
  target: TargetSpec
  /** Share of the short side that is looked at when judging. */
  evalShare: number
  /** Changes to all of the method's views; what is not named stays the method's own. */
  views?: {
    /** Least share of the area that a crop takes. */
    area?: number
    blur?: Partial<View['blur']>
    solarize?: Partial<View['solarize']>
  }
  projector?: { hidden?: number; outputs?: number }
  predictor?: { hidden?: number }
}

export interface Preset {
  /** Where the numbers come from. */
  source: string
  recipe(data: { pictures: number; nativeSize: number; channels: number }): Recipe
}
