/** A method is five choices, a target network and a predictor. Plain data. */

import type { Encoder } from '../encode/encoder.js'
import type { EncoderFactory } from './encoder/spec.js'
import type { Extract, Output } from './extract/extract.js'
import type { Loss } from './loss/loss.js'
import type { Preset, PresetName } from './presets.js'
import type { HeadSpec, PredictorSpec, TargetSpec, View } from './settings-schema.js'
import type { Similarity } from './similarity/similarity.js'

export interface Method<O extends Output = Output> {
  /** What it is called, in `METHODS` and elsewhere. */
  name: string
  title: string
  paper: string
  year: number
  /** In one line. */
  idea: string
  /** How it stood to what needs no training on sets with labels, a main clause, where it was compared on several. */
  record?: string
  /** 1: one entry a view. */
  views: readonly View[]
  /** 2: an encoder of your own; without it the presets and the settings name one of ours. */
  encoder?: EncoderFactory
  /** 3: what of the encoder's output is compared. */
  extract: Extract<O, Encoder, object>
  projector: HeadSpec
  /** The online side's extra head; its outputs are the projector's. */
  predictor: PredictorSpec | null
  /** 4. */
  similarity: Similarity
  /** 5. */
  loss: Loss<O>
  target: TargetSpec
  /** What is judged and used afterwards; the online encoder unless given. */
  readout?: Partial<Readout>
  /** `small` is there for every method, with its usual numbers unless given. */
  presets: Partial<Record<PresetName, Preset>>
}

export interface Readout {
  network: 'online' | 'target'
  /** Hidden layers of the projector that are kept on top of the encoder (SimCLR v2). */
  layers: number
}

/** A method as it is written down, where its name is that of its place. */
export type Nameless = Omit<Method, 'name'>
