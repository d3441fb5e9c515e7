/** The supervised rival: trained once, its features and its accuracy kept with the banks. */

import type { Encoder } from '../encode/encoder.js'
import { fingerprint } from '../images/index.js'
import type { Score } from '../judge/index.js'
import { cacheKey } from './feature-cache.js'
import type { JudgedRun } from './judged-run.js'
import type { Judging, Tell } from './judging.js'
import type { Embedder, Parts } from './sides.js'
import { type Supervised, trainSupervised } from './supervised.js'

export interface Rival {
  embedder: Embedder
  /** How often it names the class of a test picture itself. */
  accuracy: Score
  chosen: Record<string, number>
  dispose(): void
}

export const SUPERVISED_NETWORK = 'The supervised network'

type Kept = Pick<Rival, 'accuracy' | 'chosen'>

/**
 * The rival, trained unless its accuracy lies on disk, and then as well when its features do not.
 * @param judging its attempts are told where the latter fails, which leaves the rival out and is not tried again
 * @throws UsageError where labels are too few
 */
export async function rivalOf(
  { trained, digests }: JudgedRun,
  { train, test }: Parts,
  { seed, cache, attempts, ...reading }: Judging,
  progress: Tell,
): Promise<Rival> {
  // it learns from no more pictures than the run did, so that a longer run has another rival
  const digest = `supervised ${trained.step} ${seed} ${digests.untrained} ${await fingerprint(train)} ${await fingerprint(test)}`
  const key = cacheKey({ digest })
  let network: Supervised | undefined
  const ready = async () => {
    network ??= await trainSupervised(
      { state: trained, train, test, ...reading },
      { seed, progress: (_, done, total) => progress(done, total) },
    )
    return network
  }
  const kept = await cache.result<Kept>(key, async () => {
    const { accuracy, chosen } = await ready()
    return { accuracy, chosen }
  })
  let encoder: Promise<Encoder | undefined> | undefined
  const tried = () => {
    encoder ??= attempts.of(SUPERVISED_NETWORK, async () => (await ready()).encoder)
    return encoder
  }
  return {
    ...kept,
    embedder: { digest, encoder: tried },
    dispose: () => network?.dispose(),
  }
}
