import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/support/cli.js'
import type { Encoder } from '../encode/encoder.js'
import { stream } from '../encode/random.js'
import { evenSubset, type Source } from '../images/index.js'
import { findMethod } from '../learn/methods/index.js'
import { resolveSettings } from '../learn/settings.js'
import { thumbnail } from '../report/index.js'
import { memory } from '../torch/index.js'
import { Attempts } from './attempts.js'
import { clicksOn } from './clicks.js'
import { FeatureCache } from './feature-cache.js'
import { clickPictures } from './gallery.js'
import type { Embedders } from './sides.js'
import { noise } from './testing/noise.js'

const settings = resolveSettings(
  findMethod('byol'),
  'small',
  { size: 8, batch: 8, evalShare: 1 },
  { pictures: 220, channels: 1, nativeSize: 8 },
  'float32',
)
/** The upper half of a picture, and the lower one. */
const half = (from: number): Encoder => ({ features: 32, forward: (x) => x.narrow(2, from, 4).flatten(1) })
const embedder = (digest: string, encoder: Encoder) => ({ digest, encoder: async () => encoder })
const upper = embedder('upper', half(0))
const pictures = noise(stream(3), 60)

async function asked(source: Source, embedders: Embedders) {
  const before = memory().tensors
  const judging = { seed: 0, cache: new FeatureCache(temporaryFolder()), attempts: new Attempts(() => {}) }
  try {
    return await clicksOn(source, { settings, embedders }, judging, () => {})
  } finally {
    expect(memory().tensors).toBe(before)
  }
}

/** Of one half of two pictures as an encoder is given them. */
async function cosine(source: Source, a: number, b: number, from: number): Promise<number> {
  const { mean, std } = settings.input
  const of = async (index: number) => {
    const { data } = await source.read(index)
    const half = data.slice(8 * from, 8 * (from + 4))
    return Array.from(half, (value) => (value / 255 - (mean[0] as number)) / (std[0] as number))
  }
  const [one, other] = [await of(a), await of(b)]
  const dot = (x: number[], y: number[]) => x.reduce((sum, value, i) => sum + value * (y[i] as number), 0)
  return dot(one, other) / Math.sqrt(dot(one, one) * dot(other, other))
}

const pictureOf = async (source: Source, index: number) => {
  const { data, width, height } = await source.read(index)
  return thumbnail({ data: Uint8Array.from(data), width, height, channels: 1 }, 128)
}

test('the three nearest by either encoder, copies left out; the report has their pictures and the side of the learned', async () => {
  const source: Source = {
    ...pictures,
    size: 80,
    read: (index) => pictures.read(index % 60),
    describe: (index) => `picture ${index}`,
  }
  const clicks = await asked(source, { learned: upper, closed: embedder('lower', half(4)) })
  expect([clicks.rival, clicks.questions.length]).toEqual(['closed', 20])
  for (const { query, learned, rival } of clicks.questions) {
    expect(Math.max(query, ...learned, ...rival)).toBeLessThan(60)
    for (const [found, from] of [
      [learned, 0],
      [rival, 4],
    ] as const) {
      const all = await Promise.all(
        Array.from({ length: 60 }, async (_, i) => ({ i, near: await cosine(pictures, query, i, from) })),
      )
      const nearest = all.filter(({ i }) => i !== query).sort((a, b) => b.near - a.near)
      expect(found).toEqual(nearest.slice(0, 3).map(({ i }) => i))
    }
  }
  const shown = await clickPictures({ ...clicks, command: 'do it' })
  expect([shown?.rival, shown?.command]).toEqual(['the closed form', 'do it'])
  expect(shown?.questions.map(({ learned }) => learned)).toEqual(
    clicks.questions.map(({ left }) => (left === 'learned' ? 'left' : 'right')),
  )
  for (const [i, { learned, rival, left }] of clicks.questions.entries()) {
    const own = shown?.questions[i]
    const [first] = left === 'learned' ? learned : rival
    expect(own?.left[0]).toEqual(await pictureOf(clicks.gallery, first as number))
  }
})

test('whitened pixels stand in for a closed form that is not there', async () => {
  expect((await asked(pictures, { learned: upper })).rival).toBe('whitened')
})

test('where both find the same, or there are too few pictures, there is nothing to choose', async () => {
  await expect(asked(pictures, { learned: upper, closed: upper })).rejects.toThrow(
    'for all but 0 of 60 pictures the trained encoder and the closed form find the same neighbours',
  )
  await expect(asked(evenSubset(pictures, 3), { learned: upper })).rejects.toThrow('of 3 pictures 3 differ')
})
