/** The rival in closed form: what an encoder takes from the same pictures without a gradient. Its features are kept with the banks. */
import { judgingStream, permutation } from '../encode/random.js'
import { UsageError } from '../errors.js'
import { fingerprint, type Source, subset } from '../images/index.js'
import { METHODS } from '../learn/methods/index.js'
import { planRun } from '../learn/schedule.js'
import { preprocessOf, resolveSettings, type Settings } from '../learn/settings.js'
import {
  brokenTensor,
  createState,
  disposeState,
  representation,
  type TrainingState,
} from '../learn/state.js'
import { train } from '../learn/train.js'
import { cacheKey } from './feature-cache.js'
import { type Judging, readingOf, type Tell } from './judging.js'
import type { Embedder } from './sides.js'

/** Whose solution it is: the strongest that we have. */
export const CLOSED_METHOD = METHODS.smt
/** Its sums change little with more pictures, and its time is in proportion to them. */
const MOST_PICTURES = 16_384

export interface ClosedForm {
  /** Its encoder is found when it is first asked for. */
  embedder: Embedder
  dispose(): void
}

/**
 * What its small preset makes of at most 16,384 pictures drawn by the seed, in the colours that the run's encoder knows.
 * @param judging its attempts are told where nothing comes of it, which leaves the rival out and is not tried again
 * @throws UsageError where the pictures are nothing for it
 */
export async function closedFormOf(
  { channels, input }: Pick<Settings, 'channels' | 'input'>,
  source: Source,
  { seed, attempts, ...reading }: Judging,
  progress: Tell,
): Promise<ClosedForm> {
  const { size, nativeSize } = source
  const drawn = permutation(judgingStream(seed, 0xc105ed), size).slice(0, MOST_PICTURES)
  const some = size > MOST_PICTURES ? subset(source, drawn.sort()) : source
  const facts = { pictures: some.size, channels, nativeSize, input }
  const settings = resolveSettings(CLOSED_METHOD, 'small', { seed }, facts, 'float32')
  let state: TrainingState | undefined
  const find = async () => {
    if (some.size < settings.batch)
      throw new UsageError(
        `it takes at least ${settings.batch} pictures to learn from, and there are ${some.size}`,
      )
    state = createState(settings, CLOSED_METHOD)
    const { totalSteps } = planRun(settings, some.size)
    for await (const event of train(state, some, readingOf(some, reading))) {
      if (event.type === 'step') progress(event.step, totalSteps)
      // an abort is only heard when the event loop turns
      await new Promise(setImmediate)
      reading.signal?.throwIfAborted()
    }
    const broken = brokenTensor(state)
    if (broken) throw new UsageError(`its ${broken} is no number for these pictures`)
    return representation(state)
  }
  let encoder: ReturnType<Embedder['encoder']> | undefined
  return {
    embedder: {
      digest: cacheKey({ settings, pictures: await fingerprint(some) }),
      how: preprocessOf(settings),
      encoder: () => {
        encoder ??= attempts.of(CLOSED_FORM, find)
        return encoder
      },
    },
    dispose: () => state && disposeState(state),
  }
}

export const CLOSED_FORM = 'The closed form'

/** The same where a run has found it already, and its features begin with it. */
export function partOf(learned: string, first: number): ClosedForm {
  const embedder = { encoder: async () => undefined, digest: `${learned} 0 to ${first}`, first }
  return { embedder, dispose: () => {} }
}
