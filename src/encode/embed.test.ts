import { afterAll, beforeAll, expect, test } from 'vitest'
import { pixelSource } from '../images/arrays/pixels.js'
import { batches } from '../images/index.js'
import { unseenViews } from '../learn/augment/apply.js'
import { findEncoder } from '../learn/encoder/encoders.js'
import { ENCODER_DEFAULTS } from '../learn/encoder/spec.js'
import { findMethod } from '../learn/methods/index.js'
import { preprocessOf, resolveSettings, type Settings } from '../learn/settings.js'
import { disposeModule, EVAL, stateDict, TRAIN } from '../nn/index.js'
import { memory, noGrad, scope, type Tensor, tensor } from '../torch/index.js'
import { centerCrops } from './crops.js'
import { calibrate, embed } from './embed.js'
import { type InputSpec, photographInput, standardize } from './input.js'
import { stream } from './random.js'

const PICTURES = 6
const draw = stream(7)
const data = Uint8Array.from({ length: PICTURES * 64 }, () => Math.floor(draw() * 256))
const source = pixelSource({ name: 'noise', part: 'train', data, height: 8, width: 8, channels: 1 })
const facts = { pictures: PICTURES, channels: 1, nativeSize: 8 }
const settings = resolveSettings(findMethod('byol'), 'small', { size: 8, batch: 4 }, facts, 'float32')
const small = () => findEncoder('small')({ ...ENCODER_DEFAULTS, channels: 1, size: 8 })

let before: number
beforeAll(() => {
  before = memory().tensors
})
afterAll(() => expect(memory().tensors).toBe(before))

test('one row a picture and encoder, in the order asked, and what was seen', async () => {
  const encoders = [0, 1].map(small)
  const told: [number, number][] = []
  const all = await embed(source, encoders, preprocessOf(settings), { progress: (...now) => told.push(now) })
  const some = await embed(source, encoders, preprocessOf(settings), { order: [4, 1] })
  expect(told).toEqual([[6, 6]])
  expect([all.features.map(({ shape }) => shape), [...some.used]]).toEqual([
    [
      [6, 1024],
      [6, 1024],
    ],
    [4, 1],
  ])
  expect([all.pictures.dtype, all.pictures.shape]).toEqual(['uint8', [6, 1, 8, 8]])
  expect(all.pictures.toArray()).toEqual([...data])
  scope(() => {
    for (const [row, index] of [4, 1].entries()) {
      const [whole, part] = [all.features[0] as Tensor, some.features[0] as Tensor]
      const difference = whole.select(0, index).sub(part.select(0, row))
      expect(difference.abs().max().item()).toBeLessThan(1e-5)
    }
    expect(all.features[0]?.toArray()).not.toEqual(all.features[1]?.toArray())
  })
  for (const one of [...all.features, all.pictures, ...some.features, some.pictures]) one.dispose()
  for (const encoder of encoders) disposeModule(encoder)
})

test('views differ from the plain square and from each other, and are the same for every run', async () => {
  const seen = async (view?: number, seed = 0, change: Partial<Settings> = {}) => {
    const own = { ...settings, ...change }
    const { features, pictures } = await embed(
      source,
      [],
      preprocessOf(own),
      view === undefined ? {} : { look: (batch, finish) => unseenViews(batch, own, { view, seed }, finish) },
    )
    expect(features).toEqual([])
    const values = pictures.toArray().join()
    pictures.dispose()
    return values
  }
  const all = [await seen(), await seen(0), await seen(1)]
  expect(new Set(all).size).toBe(3)
  expect(await seen(1)).toBe(all[2])
  expect(await seen(1, 0, { epochs: 3 * settings.epochs, seed: 8 })).toBe(all[2])
  expect(await seen(1, 1)).not.toBe(all[2])
})

test('an error on the way frees the parts before it', async () => {
  const broken = { ...source, read: () => Promise.reject(new Error('the disk is gone')) }
  await expect(embed(broken, [], preprocessOf(settings))).rejects.toThrow('the disk is gone')
})

test('calibrating gives running statistics of the pictures themselves, and changes nothing else', async () => {
  const encoder = small()
  const weight = stateDict(encoder).get('layers.0.conv.weight') as Tensor
  const start = weight.toArray()
  await calibrate(encoder, source, preprocessOf(settings))
  expect(weight.toArray()).toEqual(start)
  for await (const batch of batches(source, [[0, 1, 2, 3, 4, 5]]))
    scope(() =>
      noGrad(() => {
        const x = centerCrops(batch, settings.evalSize, settings.evalShare, {
          ...settings.input,
          dtype: 'float32',
        })
        const [asJudged, byItsBatch] = [encoder.forward(x, EVAL), encoder.forward(x, TRAIN)]
        // a running variance is the unbiased one, of 6 pictures of a few places each
        const apart = asJudged.sub(byItsBatch).abs().max().item() / byItsBatch.abs().max().item()
        expect(apart).toBeLessThan(0.15)
      }),
    )
  disposeModule(encoder)
})

const usual = (channels: number) => photographInput(channels, 255) as InputSpec

test('pictures enter a network with their channel statistics taken off', () => {
  scope(() => {
    const [red = 0, green = 0, blue = 0] = standardize(
      tensor([0.485, 0, 1], [1, 3, 1, 1]),
      usual(3),
    ).toArray()
    expect(red).toBeCloseTo(0, 6)
    expect(green).toBeCloseTo(-0.456 / 0.224, 5)
    expect(blue).toBeCloseTo((1 - 0.406) / 0.225, 5)
    expect(standardize(tensor([0.675], [1, 1, 1, 1]), usual(1)).item()).toBeCloseTo(1, 5)
  })
})
