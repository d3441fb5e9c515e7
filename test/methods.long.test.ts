/** Every method on real pictures: it learns, and does not collapse. */
import { beforeAll, describe, expect, test } from 'vitest'
import { embed } from '../src/encode/embed.js'
import { openData, type Source, subset } from '../src/images/index.js'
import { fashionFolder, hasSharedData, sharedData } from '../src/images/testing/shared-data.js'
import { type Bank, difference, knn, linearProbe, type Score } from '../src/judge/index.js'
import type { Method } from '../src/learn/method.js'
import { findMethod, METHODS } from '../src/learn/methods/index.js'
import { type Overrides, preprocessOf, resolveSettings, type Settings } from '../src/learn/settings.js'
import { createState, disposeState, representation, type TrainingState } from '../src/learn/state.js'
import { type MeasureEvent, train } from '../src/learn/train.js'
import { untrainedState } from '../src/learn/untrained.js'

const PICTURES = 2048
const JUDGED = 1000
const STEPS = 40
/** Of those with a queue, which must be full of real keys first. */
const STEPS_WITH_QUEUE = 60
const BATCH = 64
/** CPC cuts each picture into 49 patches, a transformer's tokens cost ten times the small network. */
const BATCHES: Readonly<Record<string, number>> = { 'cpc-v2': 8, mae: 32, ibot: 32 }
/** Read as its paper does: so early, neighbours of its vectors tell less than those of an untrained network (docs/results.md). */
const READ_LINEARLY = ['cpc-v2']
/** One interval of two dozen lies below 0 by chance; what breaks a method costs ten points and more. */
const CLEARLY = 0.03
const EARLY = 5
const LATE = 10
const NAMES = Object.keys(METHODS)
const HAS_PICTURES = hasSharedData || fashionFolder !== undefined

let pictures: Source
let known: Source
let asked: Source

beforeAll(async () => {
  if (!HAS_PICTURES) return
  const data = await openData(hasSharedData ? sharedData('cifar10') : (fashionFolder as string))
  const some = (source: Source, count: number, from = 0) =>
    subset(
      source,
      Array.from({ length: count }, (_, i) => from + i),
    )
  pictures = some(data.train, PICTURES)
  known = some(data.train, JUDGED, PICTURES)
  asked = some(data.test as Source, JUDGED)
}, 300_000)

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

function settingsOf(method: Method, source: Source, overrides: Overrides): Settings {
  const { size, channels, nativeSize } = source
  return resolveSettings(method, 'small', overrides, { pictures: size, channels, nativeSize }, 'float32')
}

interface Story {
  losses: number[]
  last: MeasureEvent
  learned: Score
  untrained: Score
}

/** Trains a little and judges, as `selfsame train` and `evaluate` do. */
async function story(method: Method, settings: Settings): Promise<Story> {
  const state = createState(settings, method)
  const fresh = await untrainedState(settings, method, known)
  try {
    const losses: number[] = []
    let last: MeasureEvent | undefined
    for await (const event of train(state, pictures)) {
      if (event.type === 'measure') {
        last = event
        continue
      }
      losses.push(event.loss)
    }
    const [learned, untrained] = await scores(state, fresh)
    return { losses, last: last as MeasureEvent, learned, untrained }
  } finally {
    disposeState(state)
    disposeState(fresh)
  }
}

/** Weighted nearest neighbours, or a linear probe, by the features of a trained and a calibrated untrained encoder. */
async function scores(state: TrainingState, fresh: TrainingState): Promise<[Score, Score]> {
  const { settings } = state
  const encoders = [representation(state), representation(fresh)]
  const [bank, queries] = [
    await embed(known, encoders, preprocessOf(settings)),
    await embed(asked, encoders, preprocessOf(settings)),
  ]
  const of = ({ features }: typeof bank, which: number, { labels, classes }: Source) =>
    ({ features: features[which], labels, classes: classes?.length }) as Bank
  const read = READ_LINEARLY.includes(settings.method) ? linearProbe : knn
  const both = [0, 1].map((which) => read(of(bank, which, known), of(queries, which, asked)))
  for (const { features, pictures } of [bank, queries])
    for (const one of [...features, pictures]) one.dispose()
  return both as [Score, Score]
}

describe.skipIf(!HAS_PICTURES).each(NAMES)('%s, on real pictures', (name) => {
  const method = findMethod(name)
  const batch = BATCHES[name] ?? BATCH
  const steps = 'queue' in method.loss.options ? STEPS_WITH_QUEUE : STEPS
  let settings: Settings
  let told: Story
  beforeAll(async () => {
    settings = settingsOf(method, pictures, { batch, epochs: (steps * batch) / PICTURES })
    told = await story(method, settings)
  }, 300_000)

  test(`${steps} steps lower its loss`, () => {
    const { losses } = told
    expect(losses.length).toBe(steps)
    expect(losses.every(Number.isFinite)).toBe(true)
    // a queue is random directions at first, which are easily told from a picture's own key: the task grows harder
    // until real keys have taken all places, and only from then on do two losses tell of the network
    const full = Math.ceil(Number(settings.loss.queue ?? 0) / batch)
    expect(mean(losses.slice(-LATE))).toBeLessThan(mean(losses.slice(full, full + EARLY)))
  })

  test('it has not collapsed', () => {
    const { verdict, step } = told.last
    expect(step).toBe(steps)
    expect(verdict.state, verdict.sentence).not.toBe('collapsed')
  })

  test('its features are not clearly worse than the untrained encoder’s', () => {
    const { learned, untrained } = told
    // on the same pictures, so picture by picture
    const { mean, low, high } = difference(learned, untrained)
    expect(high, `${learned.mean} against ${untrained.mean}: ${mean}, ${low} to ${high}`).toBeGreaterThan(
      -CLEARLY,
    )
  })
})
