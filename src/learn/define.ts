/** Methods and losses of one's own, with as little to write as they need. */
import { UsageError } from '../errors.js'
import { shown } from '../printable.js'
import type { Tensor } from '../torch/index.js'
import type { Output } from './extract/extract.js'
import { type Loss, type LossContext, type LossOptions, pairsOf } from './loss/loss.js'
import type { Method } from './method.js'

type Described = 'title' | 'paper' | 'year' | 'idea' | 'presets' | 'predictor'

/** A method as far as it has to be written down. */
export type MethodDraft = Omit<Method, Described> & Partial<Pick<Method, Described>>

const NEEDED = ['name', 'views', 'extract', 'projector', 'similarity', 'loss', 'target'] as const

/**
 * A method of one's own. Without a predictor it has none; without presets it has `small`, with its usual numbers.
 * @throws UsageError when it is no object, or a choice is missing
 */
export function defineMethod(draft: MethodDraft): Method {
  if (typeof draft !== 'object' || draft === null) {
    throw new UsageError(
      `a method must be an object, got ${shown(draft)}: write for example { ...METHODS.byol, name: 'mine' }`,
    )
  }
  const missing = NEEDED.filter((choice) => draft[choice] === undefined)
  if (missing.length > 0) {
    throw new UsageError(
      `the method ${draft.name ?? 'of your own'} lacks ${missing.join(', ')}: begin with a built-in one, such as { ...METHODS.byol, name: 'mine' }`,
    )
  }
  const year = new Date().getFullYear()
  return { title: draft.name, paper: 'your own', year, idea: '', predictor: null, presets: {}, ...draft }
}

/** What a loss without tensors of its own is given at each step. */
export interface LossInput<Options> extends LossContext {
  /** The online network's outputs of each view it saw, in the method's order; two or more. */
  views: readonly [Output, Output, ...Output[]]
  /** Every ordered pair of different views: the online network's output and the target's. */
  pairs: readonly (readonly [query: Output, target: Output])[]
  options: Options
}

export interface LossDraft<Options extends LossOptions>
  extends Partial<Pick<Loss<Output, Options>, 'pairs' | 'needsLabels' | 'alone' | 'limits' | 'misfit'>> {
  name: string
  /** Its numbers with their usual values; the setting `loss` changes them. */
  options?: Options
  /** One number to make small. */
  compute(given: LossInput<Options>): Tensor
}

/** A loss of one's own that keeps no tensors; pictures of a batch may meet in it unless `pairs` says otherwise. */
export function defineLoss<Options extends LossOptions = Record<never, never>>({
  compute,
  options = {} as Options,
  ...draft
}: LossDraft<Options>): Loss<Output, Options> {
  return {
    pairs: 'all',
    ...draft,
    options,
    build: (own) => ({
      compute: (views, context) => {
        const online = [...views.online.values()] as [Output, Output, ...Output[]]
        return compute({ ...context, views: online, pairs: pairsOf(views), options: own })
      },
    }),
  }
}
