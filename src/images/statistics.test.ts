import { expect, test } from 'vitest'
import { pixelSource } from './arrays/pixels.js'
import { channelStatistics, Statistics } from './statistics.js'

test('mean and deviation of each channel, as shares of full brightness', async () => {
  const base = { name: 'made', part: 'train', height: 1, width: 2 }
  // two channels: 0 and 255 in turn, and always 51
  const bytes = pixelSource({ ...base, channels: 2, data: Uint8Array.of(0, 51, 255, 51, 0, 51, 255, 51) })
  expect(await channelStatistics(bytes)).toEqual({ mean: [0.5, 0.2], std: [0.5, 0] })
  const wide = pixelSource({ ...base, channels: 1, maximum: 4095, data: Uint16Array.of(0, 4095, 4095, 4095) })
  const { mean, std } = await channelStatistics(wide)
  expect(mean[0]).toBeCloseTo(0.75, 12)
  expect(std[0]).toBeCloseTo(Math.sqrt(0.75 * 0.25), 12)
})

test('a picture says how much its own values differ', () => {
  const statistics = new Statistics({ channels: 2, maximum: 100 })
  expect(statistics.add([10, 7, 30, 7])).toBeCloseTo(0.1, 12)
  expect(statistics.add([50, 9])).toBe(0)
  // pictures count the same whatever their size
  const { mean } = statistics.result()
  expect(mean[0]).toBeCloseTo(0.35, 12)
  expect(mean[1]).toBeCloseTo(0.08, 12)
})
