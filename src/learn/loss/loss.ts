/** Choice 5, what the comparison should be: what a loss is. */

import type { Encoder } from '../../encode/encoder.js'
import type { Tensor } from '../../torch/index.js'
import type { Input, Output } from '../extract/extract.js'
import type { FrozenAtFirst } from '../frozen.js'
import type { Similarity } from '../similarity/similarity.js'
import type { World } from '../world.js'

/** A loss's numbers, in `run.json` under `loss`. */
export type LossOptions = Readonly<Record<string, number | boolean | string>>

/** Above 0; a whole number from 1 or from 0; one of some words; a pattern. */
export type Limit = 'positive' | 'whole' | 'count' | readonly string[] | RegExp

/** Outputs by number of the view; a view that a network did not see is missing. */
export interface Views<O extends Output = Output> {
  online: ReadonlyMap<number, O>
  target: ReadonlyMap<number, O>
  /** Ordered pairs of different views in the whole loss, also where `online` holds a part of them. */
  pairs: number
}

export interface LossContext {
  /** What a schedule says now: `value` of the epochs finished, with a fraction. */
  scheduled(value: (epoch: number) => number): number
  similarity: Similarity
  /** Int64 `[N]`: which picture each row is, or its class where the loss needs labels. */
  ids: Tensor
  world: World
}

/** A loss as part of a method. */
export interface Loss<O extends Output = Output, Options extends LossOptions = LossOptions> {
  name: string
  options: Options
  /**
   * `positive`: a sum over online views in which only views of one picture meet, so each view's share can be
   * differentiated alone. `all`: pictures of a batch meet, and all views are needed at once.
   */
  pairs: 'positive' | 'all'
  /** Asks for the class of each picture. */
  needsLabels?: boolean
  /** Looks at each view by itself: no two need to meet. */
  alone?: boolean
  /** What options may be, where not every number will do. */
  limits?: { readonly [Name in keyof Options]?: Limit }
  /** What is wrong with a part of so many pictures and vectors of that length, in a clause with what to do. */
  misfit?(options: Options, sizes: { part: number; outputs: number }): string | undefined
  /** How many of a run's first steps are solved in closed form; the others are taken by gradients. None unless given. */
  solved?(options: Options, run: { batch: number; steps: number }): number
  /** Its tensors are saved; those that require a gradient are trained. */
  build(options: Options, context: LossSizes): LossModule<O>
}

/** Where a run stands within the steps that are solved. */
export interface Solving {
  /** Such steps taken before, and in all. */
  step: number
  steps: number
  /** As `LossContext` has them. */
  ids: Tensor
}

/** What a loss's own tensors are sized by. */
export interface LossSizes {
  /** Length of the vectors. */
  dimension: number
  /** The online network's, for a loss that is made for one. */
  encoder: Encoder
  /** Prototypes of the heads; 0 where there are none. */
  prototypes: number
  /** Views that the target sees. */
  targets: number
}

/** Tensors that are properties of it are state: queues, centres, prototypes. */
export interface LossModule<O extends Output = Output> extends Partial<FrozenAtFirst> {
  /** One number to make small. */
  compute(views: Views<O>, context: LossContext): Tensor
  /**
   * A step that is `solved`: it takes in the views of a micro-batch, and sets what the encoder learns by itself when it has seen
   * enough. `compute` is not asked then.
   * @returns the loss, float32 `[]`, and a vector a picture, `[N, D]`, for the measures of collapse
   */
  solve?(encoder: Encoder, inputs: readonly Input[], solving: Solving): { loss: Tensor; vectors: Tensor }
  /** Before a step by gradients: makes what `compute` needs of a micro-batch besides the network's outputs. */
  prepare?(encoder: Encoder, inputs: readonly Input[], ids: Tensor): void
  /** Learns from the target's outputs of a finished batch, without gradients. */
  update?(target: ReadonlyMap<number, O>, context: LossContext): void
}

/** Every ordered pair of different views: the online network's first, the target's second. */
export function pairsOf<O extends Output>({ online, target }: Pick<Views<O>, 'online' | 'target'>): [O, O][] {
  return [...online].flatMap(([i, one]) =>
    [...target].flatMap(([j, other]): [O, O][] => (i === j ? [] : [[one, other]])),
  )
}

/** Sum of at least one term. */
export function sum(terms: readonly Tensor[]): Tensor {
  return terms.reduce((a, b) => a.add(b))
}

/** Mean of at least one term. */
export function mean(terms: readonly Tensor[]): Tensor {
  return sum(terms).div(terms.length)
}
