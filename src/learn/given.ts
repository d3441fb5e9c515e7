/** An encoder that begins from weights that are given: with which numbers it goes on, and how they get there. */
import type { InputSpec } from '../encode/input.js'
import { UsageError } from '../errors.js'
import { type Adapted, adaptInto, loadState, stateDict } from '../nn/index.js'
import { setting } from '../setting.js'
import type { Tensor } from '../torch/index.js'
import { encoderChange } from './encoder/encoders.js'
import type { EncoderChange } from './encoder/spec.js'
import type { DataFacts, Recipe } from './presets.js'
import type { Settings } from './settings-schema.js'
import type { TrainingState } from './state.js'

/** What given weights say of the run that begins from them; settings of the user's own come before. */
export interface GivenFacts {
  /** The encoder that they are for, where that shows. */
  encoder?: EncoderChange
  /** Side of the views, and of the pictures that are judged. */
  size?: number
  evalSize?: number
  /** What pixels were scaled and shifted by, for pictures of as many channels. */
  input?: Pick<InputSpec, 'mean' | 'std'>
}

/**
 * How a given encoder is trained further, over what a preset does from scratch: the new heads alone for a tenth of the steps, as their
 * first gradients would undo what the encoder knows (as DIET-CP, arXiv 2509.06990); then all, the encoder at a tenth of the rate; a
 * fifth of the passes, as far fewer steps are needed than from scratch (HPT, arXiv 2103.12718). The shares are not measured here.
 * Batch norm takes its statistics from the new pictures all along.
 */
const RECIPE = { epochs: 1 / 5, given: { learningRate: 0.1, frozen: 0.1 } } as const

/** Most that an encoder trained on larger pictures sees: what two cores can do, and judged a third larger (arXiv 1906.06423). */
const LARGEST = { size: 96, evalSize: 128 } as const

/**
 * A preset's numbers as they are for an encoder that begins from given weights.
 * @param patch of the encoder where the user chose one, of which sides are multiples then
 */
export function continued(recipe: Recipe, { encoder, size, evalSize }: GivenFacts, patch = 1): Recipe {
  const fitting = (side: number) => nearest(side, patch)
  return {
    ...recipe,
    // what was given is not to be replaced by the pictures' principal components
    encoder: encoder ?? plain(recipe.encoder),
    ...(size !== undefined && { size: fitting(size) }),
    ...(evalSize !== undefined && { evalSize: fitting(evalSize) }),
    epochs: (recipe.epochs as number) * RECIPE.epochs,
    given: RECIPE.given,
  }
}

function plain(encoder: Recipe['encoder']): EncoderChange {
  const { firstLayer, ...rest } = encoderChange(encoder) as EncoderChange
  return { ...rest, ...(firstLayer && { firstLayer: 'random' }) }
}

/** Sides of views and judged pictures for weights that were trained on pictures of a side. */
export function sidesFor(side: number, multiple: number): { size: number; evalSize: number } {
  const near = (most: number) => nearest(Math.min(side, most), multiple)
  return { size: near(LARGEST.size), evalSize: near(LARGEST.evalSize) }
}

/** The multiple of a side, at least one, that is nearest to another. */
const nearest = (side: number, multiple: number) => Math.max(1, Math.round(side / multiple)) * multiple

/** Their input where the pictures have as many channels. */
export function inputOfWeights(facts: GivenFacts | undefined, { channels }: DataFacts): GivenFacts['input'] {
  return facts?.input?.mean?.length === channels ? facts.input : undefined
}

/**
 * Puts weights, by our names, into the online encoder of a fresh state and into its target's; heads stay new.
 * @throws SelfsameError naming what does not fit, UsageError where the encoder begins with what it takes from pictures
 */
export function giveWeights(state: TrainingState, weights: ReadonlyMap<string, Tensor>): Adapted {
  refuseFromPictures(state.online.encoder.startsFromPictures ?? false, state.settings)
  const adapted = adaptInto(stateDict(state.online.encoder), weights)
  copyToTarget(state)
  return adapted
}

/** The target of a fresh state begins with the encoder that the online network has. */
export function copyToTarget({ online, target }: TrainingState): void {
  if (target) loadState(stateDict(target.encoder), stateDict(online.encoder))
}

function refuseFromPictures(always: boolean, { encoder }: Settings): void {
  const { norm, firstLayer }: EncoderChange = encoder
  if (!always && norm !== 'data' && firstLayer !== 'whitening') return
  throw new UsageError(
    `the encoder '${encoder.name}' would replace given weights by what it takes from the first pictures: leave ${setting('init')} out, or choose another encoder, norm or firstLayer`,
  )
}
