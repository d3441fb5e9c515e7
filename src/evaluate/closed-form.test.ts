import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/support/cli.js'
import type { Encoder } from '../encode/encoder.js'
import { stream } from '../encode/random.js'
import { findMethod } from '../learn/methods/index.js'
import { resolveSettings } from '../learn/settings.js'
import { memory, ops } from '../torch/index.js'
import { Attempts } from './attempts.js'
import { judgeBanks } from './banks.js'
import { CLOSED_FORM, closedFormOf } from './closed-form.js'
import { FeatureCache } from './feature-cache.js'
import { disposeSide, embedSide, isEmbedded } from './sides.js'
import { noise } from './testing/noise.js'

const COUNT = 24
const draw = stream(3)
const known = noise(draw, COUNT, (i) => i % 2)
const asked = noise(draw, COUNT, (i) => i % 2)
const facts = { pictures: COUNT, channels: 1, nativeSize: 8 }
const settings = resolveSettings(findMethod('byol'), 'small', { size: 8, batch: 8 }, facts, 'float32')
/** Rows of a picture as its features. */
const rows: Encoder = { features: 8, forward: (x) => ops.mean(x, [1, 2]) }

test('both baselines are judged beside the learned features, and a second judgement finds no closed form anew', async () => {
  const before = memory().tensors
  const [folder, notes] = [temporaryFolder(), [] as string[]]
  const attempts = new Attempts((text) => notes.push(text))
  const judged = async () => {
    const judging = { seed: 0, cache: new FeatureCache(folder), attempts }
    let steps = 0
    const closed = await closedFormOf(settings, known, judging, () => steps++)
    const { embedder } = closed
    const there = await isEmbedded(known, { settings, ...judging }, embedder)
    const embedders = { learned: { digest: 'rows', encoder: async () => rows }, closed: embedder }
    const options = { settings, ...judging, embedders, progress: () => {} }
    const [train, test] = [await embedSide(known, options), await embedSide(asked, options)]
    const widths = [...train.features].map(([name, made]) => [name, made.shape[1]])
    const table = await judgeBanks(train, test, ['knn'], judging, () => {})
    for (const side of [train, test]) disposeSide(side)
    closed.dispose()
    return { steps, there, widths, table }
  }
  const first = await judged()
  expect(first.there).toBe(false)
  // it sees the pictures at its own size, the others at theirs
  expect(Object.fromEntries(first.widths)).toEqual({ pixels: 64, learned: 8, closed: 512 })
  expect(first.steps).toBe(6)
  const [line] = first.table
  expect(Object.keys(line?.scores ?? {})).toEqual(['learned', 'pixels', 'whitened', 'closed'])
  const second = await judged()
  expect([second.steps, second.there]).toEqual([0, true])
  expect(second.table).toEqual(first.table)
  expect([notes, attempts.failures]).toEqual([[], []])
  expect(memory().tensors).toBe(before)
})

test('where nothing comes of it, it is left out with a note, and not tried again', async () => {
  const before = memory().tensors
  const notes: string[] = []
  const attempts = new Attempts((text) => notes.push(text))
  const judging = { seed: 0, cache: new FeatureCache(temporaryFolder()), attempts }
  let tries = 0
  const gone = {
    ...known,
    read: async () => {
      tries++
      throw new Error('the disk is gone')
    },
  }
  const closed = await closedFormOf(settings, gone, judging, () => {})
  expect(await closed.embedder.encoder()).toBeUndefined()
  const seen = tries
  expect(await closed.embedder.encoder()).toBeUndefined()
  expect([seen > 0, tries]).toEqual([true, seen])
  expect(attempts.failures).toEqual([
    { what: CLOSED_FORM, reason: expect.stringContaining('the disk is gone') },
  ])
  closed.dispose()
  expect(memory().tensors).toBe(before)
})

test('pictures that are too few for it are a note', async () => {
  const notes: string[] = []
  const attempts = new Attempts((text) => notes.push(text))
  const judging = { seed: 0, cache: new FeatureCache(temporaryFolder()), attempts }
  const closed = await closedFormOf(settings, noise(draw, 5), judging, () => {})
  expect(await closed.embedder.encoder()).toBeUndefined()
  closed.dispose()
  expect(notes).toEqual([
    'The closed form was left out: it takes at least 8 pictures to learn from, and there are 5.',
  ])
  expect(attempts.failures).toEqual([])
})

test('whoever stops the judgement stops it, too', async () => {
  const stop = new AbortController()
  const attempts = new Attempts(() => {}, [], stop.signal)
  const judging = { seed: 0, cache: new FeatureCache(temporaryFolder()), attempts, signal: stop.signal }
  const closed = await closedFormOf(settings, known, judging, () => stop.abort())
  const stopped = await closed.embedder.encoder().catch((error: unknown) => error)
  expect(stopped).toBe(stop.signal.reason)
  expect(attempts.failures).toEqual([])
  closed.dispose()
})
