import { expect, test } from 'vitest'
import { stream } from '../../encode/random.js'
import { pixelSource } from '../../images/arrays/pixels.js'
import { memory } from '../../torch/index.js'
import { findMethod } from '../methods/index.js'
import { resolveSettings } from '../settings.js'
import { createState, disposeState } from '../state.js'
import { train } from '../train.js'

const COUNT = 8
const draw = stream(3)
const data = Uint8Array.from({ length: COUNT * 64 }, () => Math.floor(draw() * 256))
const source = pixelSource({ name: 'noise', part: 'train', data, height: 8, width: 8, channels: 1 })

test('a step whose masks hide nothing is a step of the class tokens alone', async () => {
  const before = memory().tensors
  const ibot = findMethod('ibot')
  const facts = { pictures: COUNT, channels: 1, nativeSize: 8 }
  const small = { size: 8, batch: 4, epochs: 1, projector: { hidden: 8, outputs: 4, prototypes: 8 } }
  const usual = resolveSettings(ibot, 'small', small, facts, 'float32')
  expect(usual.projector.norm).toBe('batch')
  const views = usual.views.map((view) =>
    view.mask ? { ...view, mask: { ...view.mask, probability: 0 } } : view,
  )
  const state = createState({ ...usual, views }, ibot)
  const losses: number[] = []
  for await (const event of train(state, source)) if (event.type === 'step') losses.push(event.loss)
  expect(losses).toHaveLength(2)
  expect(losses.every(Number.isFinite)).toBe(true)
  disposeState(state)
  expect(memory().tensors).toBe(before)
})
