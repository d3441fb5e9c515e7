/** Every method on Fashion-MNIST: after a short run its features are better than the untrained network's, and not collapsed. */
import { beforeAll, describe, expect, test } from 'vitest'
import { embedSides } from '../src/encode/embed-sides.js'
import { evenSubset, openData, type Source, subset } from '../src/images/index.js'
import { fashionFolder } from '../src/images/testing/shared-data.js'
import { difference, knn, type Score } from '../src/judge/index.js'
import { factsOf } from '../src/learn/facts.js'
import { findMethod, METHODS } from '../src/learn/methods/index.js'
import { type Overrides, preprocessOf, resolveSettings } from '../src/learn/settings.js'
import { createState, disposeState, representation } from '../src/learn/state.js'
import { type MeasureEvent, train } from '../src/learn/train.js'
import { untrainedState } from '../src/learn/untrained.js'

interface Run {
  pictures: number
  change: Overrides
}
/** Two hundred steps. */
const USUAL: Run = { pictures: 12_800, change: { batch: 64, epochs: 1 } }
const TWICE: Run = { ...USUAL, pictures: 25_600 }
const OTHER: Readonly<Record<string, Run>> = {
  'byol-hard-copy': TWICE,
  'w-mse': TWICE,
  yadim: TWICE,
  dino: { ...USUAL, pictures: 51_200 },
  // a transformer's tokens cost ten times the small network, and 49 patches a picture more than that
  mae: { pictures: 6400, change: { batch: 32, epochs: 1 } },
  ibot: { pictures: 3200, change: { batch: 32, epochs: 1 } },
  // a class learns from its own picture alone, which has to come by often
  diet: { pictures: 2560, change: { batch: 64, epochs: 10 } },
  'cpc-v2': { pictures: 1600, change: { batch: 8, epochs: 1 } },
}
/**
 * Methods that are not ahead within minutes (docs/results.md, docs/recipes.md): what their loss falls to, as a share of what it
 * was, and the effective rank that their vectors keep.
 */
const SLOW: Readonly<Record<string, { falls: number; rank: number }>> = {
  mae: { falls: 0.97, rank: 3 },
  ibot: { falls: 0.9, rank: 8 },
  'cpc-v2': { falls: 0.9, rank: 3 },
}

/** Pictures that neighbours are looked for among, and that are asked about. */
const JUDGED = 5000
/** Steps that a loss is averaged over. */
const EARLY = 5
const LATE = 10

interface Told {
  losses: number[]
  last: MeasureEvent
  learned: Score
  untrained: Score
}

let all: { train: Source; test: Source }

beforeAll(async () => {
  if (!fashionFolder) return
  const { train, test } = await openData(fashionFolder)
  all = { train, test: test as Source }
}, 300_000)

/** Trains, and judges beside the same network untrained, as `selfsame train` and `evaluate` do. */
async function tell(name: string): Promise<Told> {
  const began = performance.now()
  const method = findMethod(name)
  const { pictures, change } = OTHER[name] ?? USUAL
  const source = subset(
    all.train,
    Array.from({ length: pictures }, (_, index) => index),
  )
  const settings = resolveSettings(method, 'small', change, await factsOf(source), 'float32')
  const state = createState(settings, method)
  const fresh = await untrainedState(settings, method, source)
  try {
    const losses: number[] = []
    let last: MeasureEvent | undefined
    for await (const event of train(state, source)) {
      if (event.type === 'measure') last = event
      else losses.push(event.loss)
    }
    const judging = { train: evenSubset(all.train, JUDGED), test: evenSubset(all.test, JUDGED) }
    const encoders = [representation(state), representation(fresh)] as const
    using embedded = await embedSides(judging, encoders, preprocessOf(settings))
    const [learned, untrained] = embedded.banks.map((one) => knn(one.train, one.test)) as [Score, Score]
    const { mean, low, high } = difference(learned, untrained)
    const seconds = Math.round((performance.now() - began) / 1000)
    const percent = (value: number) => (100 * value).toFixed(1)
    console.info(
      `${name}: untrained ${percent(untrained.mean)}, learned ${percent(learned.mean)}, ahead by ${percent(mean)} (${percent(low)} to ${percent(high)}), ${last?.verdict.state}, loss ${fall(losses).toFixed(2)} of what it was, rank ${last?.measures.effectiveRank.toFixed(1)}, ${losses.length} steps, ${seconds} s`,
    )
    return { losses, last: last as MeasureEvent, learned, untrained }
  } finally {
    disposeState(state)
    disposeState(fresh)
  }
}

/** The loss at the end as a share of that at the beginning. */
function fall(losses: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  return mean(losses.slice(-LATE)) / mean(losses.slice(0, EARLY))
}

const NAMES = Object.keys(METHODS)

describe.skipIf(!fashionFolder).each(NAMES)('%s', (name) => {
  let told: Told
  beforeAll(async () => {
    told = await tell(name)
  }, 900_000)

  test('it has not collapsed', () => {
    const { losses, last } = told
    expect(losses.every(Number.isFinite)).toBe(true)
    expect(last.step).toBe(losses.length)
    expect(last.verdict.state, last.verdict.sentence).not.toBe('collapsed')
  })

  const slow = SLOW[name]
  test.skipIf(slow)('its features are ahead of the untrained network’s', () => {
    const { learned, untrained } = told
    // on the same pictures, so picture by picture
    const { mean, low, high } = difference(learned, untrained)
    expect(low, `${learned.mean} against ${untrained.mean}: ${mean}, ${low} to ${high}`).toBeGreaterThan(0)
  })

  test.runIf(slow)('its loss falls, and its vectors keep their directions', () => {
    const { losses, last } = told
    expect(fall(losses)).toBeLessThan(slow?.falls ?? 0)
    expect(last.measures.effectiveRank).toBeGreaterThan(slow?.rank ?? Infinity)
  })
})
