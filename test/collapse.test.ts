/** BYOL's known failure really fails and is called by its name; the default does not. */
import { expect, test } from 'vitest'
import { openData } from '../src/images/index.js'
import type { Verdict } from '../src/learn/collapse.js'
import { findMethod } from '../src/learn/methods/index.js'
import { type Overrides, resolveSettings } from '../src/learn/settings.js'
import { createState, disposeState } from '../src/learn/state.js'
import { train } from '../src/learn/train.js'
import { memory } from '../src/torch/index.js'

const STEPS = 200

async function verdictAfter(overrides: Overrides): Promise<Verdict & { loss: number }> {
  const { train: source } = await openData('fashion-mnist')
  const byol = findMethod('byol')
  const settings = resolveSettings(
    byol,
    'small',
    { batch: 64, epochs: 1, ...overrides },
    { pictures: source.size, channels: 1, nativeSize: 28 },
    'float32',
  )
  const before = memory().tensors
  const state = createState(settings, byol)
  const held = memory().tensors
  let last: (Verdict & { loss: number }) | undefined
  for await (const event of train(state, source)) {
    if (event.type === 'measure') last = { ...event.verdict, loss: event.loss }
    else expect(memory().tensors).toBe(held)
    if (event.step >= STEPS && event.type === 'step') break
  }
  disposeState(state)
  expect(memory().tensors).toBe(before)
  return last as Verdict & { loss: number }
}

test('tau = 0 without a predictor collapses within 200 steps and is called collapsed', async () => {
  const verdict = await verdictAfter({ predictor: null, target: { tau: 0, schedule: 'constant' } })
  expect(verdict.state).toBe('collapsed')
  expect(verdict.sentence).toMatch(/^Collapsed: all pictures get nearly the same vector/)
  expect(verdict.remedy).toMatch(/predictor/)
}, 300_000)

test('the default is healthy after as many steps, with a lower loss', async () => {
  const verdict = await verdictAfter({})
  expect(verdict.state).toBe('healthy')
  expect(verdict.loss).toBeLessThan(2)
}, 300_000)
