import type { OptimizerSpec } from './optimizers.js'
import type { TargetSpec } from './target.js'

export const PRESET_NAMES = ['imagenet', 'cifar', 'small'] as const
export type PresetName = (typeof PRESET_NAMES)[number]

/** The numbers of a recipe that depend on the data, not on the idea of the method. */
export interface Recipe {
  encoder: string
  /** Side of the views in pixels. */
  size: number
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
  /** Changes to the method's views: the least area of a crop, and what jitter and blur do. */
  views?: {
    area?: number
    jitter?: Partial<Record<'brightness' | 'contrast' | 'saturation' | 'hue', number>>
    blur?: number
    solarize?: number
    grayscale?: number
  }
  projector?: { hidden?: number; outputs?: number }
  predictor?: { hidden?: number }
}

export interface Preset {
  /** Where the numbers come from. */
  source: string
  recipe(data: { pictures: number; nativeSize: number; channels: number }): Recipe
}
