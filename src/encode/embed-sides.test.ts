import { afterAll, beforeAll, expect, test } from 'vitest'
import { pixelSource } from '../images/arrays/pixels.js'
import { PictureError } from '../images/picture.js'
import type { Source } from '../images/source.js'
import { memory, type Tensor } from '../torch/index.js'
import { embedSides } from './embed-sides.js'
import type { Encoder } from './encoder.js'
import type { Preprocess } from './preprocess.js'

/** Grey pictures of one brightness each. */
const flat = (values: readonly number[], labels: readonly number[]): Source => ({
  ...pixelSource({
    ...{ name: 'flat', part: 'train', height: 4, width: 4, channels: 1 },
    data: Uint8Array.from({ length: 16 * values.length }, (_, i) => values[Math.floor(i / 16)] as number),
  }),
  labels: Int32Array.from(labels),
})
const train = flat([10, 20, 30], [0, 1, 0])
const testing = flat([40, 50], [1, 3])
const how: Preprocess = {
  ...{ size: 4, share: 1, channels: 1, precision: 'float32' },
  input: { maximum: 255, mean: [0], std: [1 / 255] },
}
const brightness = (factor: number): Encoder => ({
  features: 1,
  forward: (x: Tensor) => x.flatten(1).mean([1], true).mul(factor),
})

let before: number
beforeAll(() => {
  before = memory().tensors
})
afterAll(() => expect(memory().tensors).toBe(before))

const rounded = ({ features }: { features: Tensor }) => features.toArray().map(Math.round)

test('both sides by every encoder, with as many classes as the two have together', async () => {
  using embedded = await embedSides({ train, test: testing }, [brightness(1), brightness(-2)], how)
  const [plain, turned] = embedded.banks
  expect([rounded(plain.train), rounded(plain.test)]).toEqual([
    [10, 20, 30],
    [40, 50],
  ])
  expect(rounded(turned.train)).toEqual([-20, -40, -60])
  expect([plain, turned].flatMap((one) => [one.train.classes, one.test.classes])).toEqual([4, 4, 4, 4])
  expect([[...plain.train.labels], [...turned.test.labels]]).toEqual([
    [0, 1, 0],
    [1, 3],
  ])
  expect(embedded.pictures.test.shape).toEqual([2, 1, 4, 4])
})

test('what stands in for an unreadable picture brings its class, and the share of such pictures has a limit', async () => {
  const many = flat(
    Array.from({ length: 40 }, (_, i) => 5 * i),
    Array.from({ length: 40 }, (_, i) => i),
  )
  const broken: Source = {
    ...many,
    read: async (index) => {
      if (index < 8) throw new PictureError(`${index}.png`, 'cut short')
      return await many.read(index)
    },
  }
  const sources = { train: broken, test: testing }
  await expect(embedSides(sources, [brightness(1)], how)).rejects.toThrow('cannot be read')
  using embedded = await embedSides(sources, [brightness(1)], how, { badShare: 0.2 })
  const [{ train: bank }] = embedded.banks
  expect(bank.labels.every((label) => label >= 8)).toBe(true)
  expect(rounded(bank)).toEqual([...bank.labels].map((label) => 5 * label))
})

test('a caller ends it between two batches, and nothing is left behind', async () => {
  const onBatch = () => {
    throw new Error('enough')
  }
  await expect(embedSides({ train, test: testing }, [brightness(1)], how, { onBatch })).rejects.toThrow(
    'enough',
  )
})
