/** The protocols that need nothing but banks of features, on all contenders. */
import { bankOf } from '../encode/bank.js'
import { classCount } from '../images/index.js'
import {
  type BankProtocol,
  CONTENDERS,
  type Contender,
  finishHearing,
  judgeSteps,
  type Kept,
  type Part,
  type PerContender,
  type Sides,
  type Table,
  whitened,
} from '../judge/index.js'
import { disposeAll, type Tensor } from '../torch/index.js'
import { cacheKey, type FeatureCache } from './feature-cache.js'
import type { Judging, Tell } from './judging.js'
import type { Side } from './sides.js'

/**
 * Runs the protocols together, as they share what is made of the banks; what fails or is not possible is left out. Whitened pixels are
 * made of the raw ones here, where both sides are at hand.
 */
export async function judgeBanks(
  train: Side,
  test: Side,
  protocols: readonly BankProtocol[],
  judging: Judging,
  progress: Tell,
): Promise<Table> {
  const made = await judging.attempts.of('Whitening the pixels', async () => {
    const of = ({ features }: Side) => features.get('pixels') as Tensor
    return whitened({ train: of(train), test: of(test) }, judging.seed)
  })
  const withWhitened = (side: Side, rows: Tensor): Side => ({
    ...side,
    features: new Map(side.features).set('whitened', rows),
    keys: new Map(side.keys).set('whitened', cacheKey({ whitened: WHITENED, of: side.keys.get('pixels') })),
  })
  try {
    return await judgeAll(
      made ? withWhitened(train, made.train) : train,
      made ? withWhitened(test, made.test) : test,
      protocols,
      judging,
      progress,
    )
  } finally {
    if (made) disposeAll(made)
  }
}

/** Changes when pixels are whitened otherwise. */
const WHITENED = 1

async function judgeAll(
  train: Side,
  test: Side,
  protocols: readonly BankProtocol[],
  { seed, cache, attempts, signal }: Judging,
  progress: Tell,
): Promise<Table> {
  // the same count for both sides, whichever of them has the last class
  const classes = classCount(train.source, test.source)
  const contenders = [...train.features.keys()].filter((contender) => test.features.has(contender))
  const bank = ({ features, used, source }: Side, contender: Contender) =>
    bankOf(features.get(contender) as Tensor, used, source, classes)
  const banks = Object.fromEntries(
    contenders.map((contender): [Contender, Sides] => [
      contender,
      { train: bank(train, contender), test: bank(test, contender) },
    ]),
  ) as PerContender<Sides>
  const steps = judgeSteps(banks, protocols, {
    seed,
    kept: keptIn(cache, { train, test, seed }),
    failed: (protocol, error) => attempts.left(`The ${protocol} protocol`, error),
    progress: (done, total) => {
      const at = Math.min(Math.floor(done), total - 1)
      const contender = CONTENDERS.filter((name) => banks[name])[
        Math.floor(at / protocols.length)
      ] as Contender
      progress(
        done,
        total,
        `${PROTOCOL_WORDS[protocols[at % protocols.length] as BankProtocol]}, ${CONTENDER_WORDS[contender]}`,
      )
    },
  })
  return await finishHearing(steps, signal)
}

function keptIn(
  cache: FeatureCache,
  { train, test, ...dependsOn }: { train: Side; test: Side; seed: number },
): Kept {
  const key = (contender: Contender, protocol: BankProtocol) =>
    cacheKey({ protocol, train: train.keys.get(contender), test: test.keys.get(contender), ...dependsOn })
  return {
    read: (contender, protocol) => cache.readResult<Part[]>(key(contender, protocol)),
    write: (contender, protocol, parts) => cache.writeResult(key(contender, protocol), parts),
  }
}

const PROTOCOL_WORDS: Record<BankProtocol, string> = {
  few: 'few labels',
  linear: 'linear probe',
  logistic: 'logistic regression',
  knn: 'nearest neighbours',
  retrieval: 'finding the same class',
  clustering: 'clustering',
}
const CONTENDER_WORDS: Record<Contender, string> = {
  learned: 'learned features',
  pixels: 'raw pixels',
  whitened: 'whitened pixels',
  untrained: 'untrained network',
  closed: 'closed form',
  supervised: 'supervised network',
}
