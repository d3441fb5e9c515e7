import { expect, test } from 'vitest'
import { pixelSource } from '../images/arrays/pixels.js'
import { factsOf } from './facts.js'
import { findMethod } from './methods/index.js'
import { resolveSettings } from './settings.js'

const set = { name: 'made', part: 'train', height: 1, width: 2 }

test('photographs are scaled by the constants of the papers, whatever they show', async () => {
  const grey = pixelSource({ ...set, channels: 1, data: Uint8Array.of(0, 0) })
  expect(await factsOf(grey)).toEqual({
    pictures: 1,
    channels: 1,
    nativeSize: 1,
    input: { maximum: 255, mean: [0.449], std: [0.226] },
  })
})

test('other pictures by what was measured; a channel that never changes is not blown up', async () => {
  const data = Uint16Array.of(0, 4095, 2, 1000, 4095, 2)
  const bands = pixelSource({ ...set, channels: 3, maximum: 4095, data })
  const { input } = await factsOf(bands)
  expect(input).toEqual({
    maximum: 4095,
    mean: [0.1221, 1, 0.0004884],
    std: [0.1221, 1, 1],
  })
  const settings = resolveSettings(findMethod('byol'), 'small', {}, await factsOf(bands), 'float32')
  expect(settings).toMatchObject({ channels: 3, input })
})
