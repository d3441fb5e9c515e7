import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/support/cli.js'
import { stream } from '../encode/random.js'
import { findMethod } from '../learn/methods/index.js'
import { resolveSettings } from '../learn/settings.js'
import { createState, disposeState, representation } from '../learn/state.js'
import { memory, type Tensor } from '../torch/index.js'
import { Attempts } from './attempts.js'
import { judgeBanks } from './banks.js'
import { FeatureCache } from './feature-cache.js'
import type { JudgedRun } from './judged-run.js'
import { rivalOf } from './rival.js'
import { disposeSide, embedSide } from './sides.js'
import { noise } from './testing/noise.js'

const draw = stream(3)
const COUNT = 24
const pictures = () => noise(draw, COUNT, (i) => i % 2)

test('a rival whose features were dropped, and that cannot be trained again, is left out and ends nothing', async () => {
  const byol = findMethod('byol')
  const small = { size: 8, batch: 8, projector: { hidden: 8, outputs: 4 } }
  const facts = { pictures: COUNT, channels: 1, nativeSize: 8 }
  const settings = resolveSettings(byol, 'small', small, facts, 'float32')
  const before = memory().tensors
  const state = createState(settings, byol)
  state.step = 3
  const [learned, digests] = [representation(state), { learned: 'learned', untrained: 'untrained' }]
  const run = { trained: state, digests, record: {} } as unknown as JudgedRun
  const cache = new FeatureCache(temporaryFolder())
  const notes: string[] = []
  const attempts = new Attempts((text) => notes.push(text))
  const parts = { train: pictures(), test: pictures(), labelled: true, fromTraining: false }
  const [judging, silent] = [{ seed: 0, cache, attempts }, () => {}]
  // its accuracy is kept, its features are not
  const first = await rivalOf(run, parts, judging, silent)
  first.dispose()
  let tries = 0
  Object.assign(parts.train, {
    read: async () => {
      tries++
      throw new Error('the disk is gone')
    },
  })
  const rival = await rivalOf(run, parts, judging, silent)
  expect([rival.accuracy, tries]).toEqual([first.accuracy, 0])
  const embedders = {
    learned: { digest: digests.learned, encoder: async () => learned },
    supervised: rival.embedder,
  }
  const sides = { settings, cache, embedders, progress: () => {} }
  const [known, asked] = [await embedSide(pictures(), sides), await embedSide(parts.test, sides)]
  expect(attempts.failures).toEqual([
    { what: 'The supervised network', reason: expect.stringContaining('the disk is gone') },
  ])
  const seen = tries
  for (const side of [known, asked]) expect([...side.features.keys()].sort()).toEqual(['learned', 'pixels'])
  // nor is it judged where just one of two sides has its features
  known.features.set('supervised', known.features.get('learned') as Tensor)
  const [line] = await judgeBanks(known, asked, ['knn'], judging, silent)
  expect(Object.keys(line?.scores ?? {})).toEqual(['learned', 'pixels', 'whitened'])
  expect([attempts.failures.length, tries, notes]).toEqual([1, seen, []])
  known.features.delete('supervised')
  for (const side of [known, asked]) disposeSide(side)
  rival.dispose()
  disposeState(state)
  expect(memory().tensors).toBe(before)
})
