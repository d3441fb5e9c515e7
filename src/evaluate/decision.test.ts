import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/support/cli.js'
import type { Encoder } from '../encode/encoder.js'
import { stream } from '../encode/random.js'
import { evenSubset, PictureError, type Source } from '../images/index.js'
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

/** The pictures, and each once more with noise over it: as alike as two of a burst. */
const seconds = noise(stream(4), 240)
const burst: Source = {
  ...pictures,
  size: 480,
  read: async (index) => {
    const own = await pictures.read(index % 240)
    if (index < 240) return own
    const over = await seconds.read(index - 240)
    return {
      ...own,
      data: Uint8Array.from(own.data, (value, i) => 0.6 * value + 0.4 * (over.data[i] as number)),
    }
  },
  describe: (index) => `picture ${index}`,
}
const inFolders = (source: Source): Source => ({
  ...source,
  describe: (i) => `${i % 240}/${i < 240 ? 'a' : 'b'}.png`,
})

test('pictures that belong together by their folders decide where there are a hundred pairs', async () => {
  const { decision } = await decided(pictures, inFolders(burst))
  expect([decision?.evidence, decision?.asked]).toEqual(['names', 240])
  // who sees the whole picture finds it at once
  expect(decision?.scores.learned.value).toBeGreaterThan(0.95)
  expect(decision?.scores.untrained?.value).toBeLessThan(0.5)
})

test('copies are no pairs: where hardly any others are left, views are asked', async () => {
  const some = inFolders({ ...burst, read: (index) => burst.read(index >= 240 + 120 ? index - 240 : index) })
  const { decision } = await decided(pictures, some)
  expect([decision?.evidence, decision?.asked]).toEqual(['names', 120])
  const { decision: other } = await decided(pictures, inFolders(twice(pictures, 240)))
  expect([other?.evidence, other?.asked]).toEqual(['views', 240])
})

test('pictures taken within seconds decide before counters do, and pictures that cannot be read are in no pair', async () => {
  const at = (index: number) => 60_000 * (index % 240) + (index < 240 ? 0 : 900)
  const timed: Source = {
    ...burst,
    describe: (index) => `IMG_${index}.jpg`,
    read: async (index) => {
      if (index === 13) throw new PictureError('picture 13', 'it is cut short')
      return await burst.read(index)
    },
    header: async (index) => {
      if (index === 7) throw new PictureError('picture 7', 'it is broken')
      const taken = { at: at(index), camera: 'a' }
      return { width: 8, height: 8, channels: 1, maximum: 255, pages: 1, format: 'PNG', taken }
    },
  }
  const { decision } = await decided(pictures, timed)
  expect([decision?.evidence, decision?.asked]).toEqual(['times', 238])
  expect(Object.keys(decision?.questions ?? {})).toEqual(['times'])
  expect(decision?.scores.learned.value).toBeGreaterThan(0.95)
  const untimed = {
    ...timed,
    header: async () => ({ width: 8, height: 8, channels: 1, maximum: 255, pages: 1, format: 'PNG' }),
  }
  expect((await decided(pictures, untimed)).decision?.evidence).toBe('names')
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
