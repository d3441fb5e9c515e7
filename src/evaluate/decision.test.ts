import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/support/cli.js'
import type { Encoder } from '../encode/encoder.js'
import { stream } from '../encode/random.js'
import { evenSubset, type Source } from '../images/index.js'
import { findMethod } from '../learn/methods/index.js'
import { resolveSettings } from '../learn/settings.js'
import { memory, ops } from '../torch/index.js'
import { Attempts } from './attempts.js'
import { decideRun } from './decision.js'
import { FeatureCache } from './feature-cache.js'
import type { Embedders } from './sides.js'
import { noise } from './testing/noise.js'

const settings = resolveSettings(
  findMethod('byol'),
  'small',
  { size: 8, batch: 8 },
  { pictures: 220, channels: 1, nativeSize: 8 },
  'float32',
)
/** All values of a picture, and one value alone. */
const whole: Encoder = { features: 64, forward: (x) => x.flatten(1) }
const dull: Encoder = {
  features: 2,
  forward: (x) =>
    ops.cat([ops.mean(x, [1, 2, 3], false).unsqueeze(1), ops.amax(x, [1, 2, 3]).unsqueeze(1)], 1),
}
const embedder = (digest: string, encoder: Encoder) => ({ digest, encoder: async () => encoder })
const embedders: Embedders = {
  learned: embedder('whole', whole),
  untrained: embedder('dull', dull),
  closed: { digest: 'first', encoder: async () => undefined, first: 3 },
}

async function decided(source: Source, named?: Source) {
  const before = memory().tensors
  const attempts = new Attempts(() => {})
  const judging = { seed: 0, cache: new FeatureCache(temporaryFolder()), attempts }
  const told: number[] = []
  try {
    const about = { settings, source, embedders, measures: [], ...(named && { named }) }
    const decision = await decideRun(about, judging, (done, total) => told.push(done / total))
    return { decision, told }
  } finally {
    expect(memory().tensors).toBe(before)
  }
}

const pictures = noise(stream(3), 240)

test('without names that tell anything each picture looks for its other foreign view; copies are asked about once', async () => {
  const { decision, told } = await decided(twice(pictures, 40))
  expect([decision?.evidence, decision?.asked]).toEqual(['views', 240])
  expect(Object.keys(decision?.scores ?? {}).sort()).toEqual([
    ...['beside', 'closed', 'learned', 'pixels', 'untrained', 'whitened'],
  ])
  // what sees the whole picture knows more of it than what sees two figures
  expect(decision?.scores.learned.value).toBeGreaterThan(decision?.scores.untrained?.value as number)
  expect(Object.keys(decision?.questions ?? {})).toEqual(['halves', 'elsewhere'])
  expect(told.at(-1)).toBe(1)
  expect(told).toEqual(told.toSorted((a, b) => a - b))
})

test('pictures that belong together by their names decide where there are a hundred pairs', async () => {
  const named = { ...twice(pictures, 240), describe: (i: number) => `${i % 240}/${i < 240 ? 'a' : 'b'}.png` }
  const { decision } = await decided(pictures, named)
  expect([decision?.evidence, decision?.asked]).toEqual(['names', 240])
  // the same picture twice is found at once by who sees it
  expect(decision?.scores.learned.value).toBe(1)
})

test('too few pictures decide nothing', async () => {
  await expect(decided(evenSubset(pictures, 60))).rejects.toThrow('at least 100 pictures that differ, got 60')
})

/** With the first `count` of them once more at the end. */
function twice(source: Source, count: number): Source {
  const at = (index: number) => index % source.size
  return {
    ...source,
    size: source.size + count,
    read: (index) => source.read(at(index)),
    describe: (index) => `picture ${index}`,
  }
}
