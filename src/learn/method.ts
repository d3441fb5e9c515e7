/** A method is five choices, plus who answers (the target) and what asks (the predictor). Plain data. */
import type { View } from './augment/view.js'
import type { Loss, Similarity } from './loss/loss.js'
import type { Preset, PresetName } from './presets.js'
import type { TargetSpec } from './target.js'

/** A head: Linear, norm, ReLU, Linear. */
export interface HeadSpec {
  hidden: number
  outputs: number
  norm: 'batch' | 'none'
}

export interface Method {
  name: string
  title: string
  paper: string
  year: number
  /** 1: one entry a view. */
  views: readonly View[]
  /** 3: what of the encoder's output is compared, after the projector. */
  extract: 'pooled'
  projector: HeadSpec
  /** 4. */
  similarity: Similarity
  /** 5. */
  loss: Loss
  target: TargetSpec
  /** The online side's extra head; its outputs are the projector's. */
  predictor: Omit<HeadSpec, 'outputs'> | null
  presets: Record<PresetName, Preset>
}
