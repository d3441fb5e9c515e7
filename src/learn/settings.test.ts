import { expect, test } from 'vitest'
import { UsageError } from '../errors.js'
import { findEncoder } from './encoder/encoders.js'
import { findMethod } from './methods.js'
import { type Overrides, resolveSettings, type Settings, validate } from './settings.js'

const byol = findMethod('byol')
const resolve = (
  overrides: unknown = {},
  preset: 'imagenet' | 'cifar' | 'small' = 'small',
  nativeSize = 28,
): Settings =>
  resolveSettings(
    byol,
    preset,
    overrides as Overrides,
    { pictures: 1000, channels: 3, nativeSize },
    'float32',
  )

test("the method's choices, over them the preset's, over them the user's", () => {
  expect(resolve({}, 'imagenet').projector).toEqual({ hidden: 4096, outputs: 256, norm: 'batch' })
  expect(resolve().projector).toEqual({ hidden: 512, outputs: 128, norm: 'batch' })
  expect(resolve({ projector: { outputs: 64 } }).projector).toEqual({
    hidden: 512,
    outputs: 64,
    norm: 'batch',
  })
  expect(resolve({ target: { tau: 0.5 } }).target).toEqual({ tau: 0.5, schedule: 'cosine' })
  expect(resolve({ predictor: null }).predictor).toBeNull()
  expect(resolve({ epochs: undefined }).epochs).toBe(resolve().epochs)
})

test('the data decide size and channels, and a preset thins the views out', () => {
  const [near, far] = [resolve(), resolve({}, 'small', 500)]
  expect([near.size, near.evalSize, near.channels]).toEqual([20, 28, 3])
  expect([far.size, far.evalSize]).toEqual([48, 64])
  const [first, second] = resolve({}, 'cifar').views
  expect([first?.blur.probability, second?.blur.probability]).toEqual([0, 0])
  expect([first?.solarize.probability, second?.solarize.probability]).toEqual([0, 0.2])
  expect(resolve().views[0]?.crop.area).toEqual([0.2, 1])
  expect(byol.views[0]?.crop.area).toEqual([0.08, 1])
})

test('another optimiser brings its own numbers; the same one keeps the rest', () => {
  expect(resolve({ optimizer: { name: 'adamw', weightDecay: 0.1, betas: [0.9, 0.95] } }).optimizer).toEqual({
    name: 'adamw',
    weightDecay: 0.1,
    betas: [0.9, 0.95],
  })
  expect(resolve({ optimizer: { name: 'sgd', momentum: 0.8 } }).optimizer).toMatchObject({
    momentum: 0.8,
    nesterov: true,
  })
  expect(() => resolve({ optimizer: { name: 'adamw' } })).toThrow(
    "the setting 'optimizer.weightDecay' is missing: expected a number",
  )
})

const view = byol.views[0]
test.each<[unknown, string]>([
  [{ epoch: 3 }, "the settings have no key 'epoch': did you mean 'epochs'?"],
  [{ projector: { hiden: 4 } }, "'projector' has no key 'hiden': did you mean 'hidden'?"],
  [{ predictor: { nrom: 'batch' } }, "'predictor' has no key 'nrom': did you mean 'norm'?"],
  [{ optimizer: { nesterow: true } }, "'optimizer' has no key 'nesterow': did you mean 'nesterov'?"],
  [
    { optimizer: { name: 'adamw', weightDecay: 0, betas: [0, 0], momentum: 1 } },
    "'optimizer' has no key 'momentum': there are: name, weightDecay, betas",
  ],
  [{ views: [view, { ...view, flop: 1 }] }, "'views.1' has no key 'flop': did you mean 'flip'?"],
  [
    { views: [view, { ...view, crop: { ...view?.crop, aria: 1 } }] },
    "'views.1.crop' has no key 'aria': did you mean 'area'?",
  ],
])('an unknown key %j gets the nearest right one', (overrides, message) => {
  expect(() => resolve(overrides)).toThrow(UsageError)
  expect(() => resolve(overrides)).toThrow(message)
})

test.each<[unknown, string]>([
  [{ batch: 1 }, "the setting 'batch' is not right: expected at least 2, got 1"],
  [{ target: { tau: 1.5 } }, "the setting 'target.tau' is not right: expected at most 1, got 1.5"],
  [{ seed: 1.5 }, "the setting 'seed' is not right: expected a whole number, got 1.5"],
  [{ learningRate: 'high' }, 'the setting \'learningRate\' is not right: expected a number, got "high"'],
  [
    { precision: 'float16' },
    "the setting 'precision' is not right: expected 'float32' or 'bfloat16', got \"float16\"",
  ],
  [
    { optimizer: { name: 'adam' } },
    "the setting 'optimizer.name' is not right: expected 'lars' | 'sgd' | 'adamw', got \"adam\"",
  ],
  [
    { optimizer: { name: 'lars', momentum: 0.9, weightDecay: 0, trust: 0 } },
    "the setting 'optimizer.trust' is not right: expected more than 0, got 0",
  ],
  [{ views: [view] }, "the setting 'views' is not right: expected at least 2 of them"],
  [
    { views: [{ ...view, blur: { ...view?.blur, sigma: [0, 0] } }, view] },
    "the setting 'views.0.blur.sigma.0' is not right: expected more than 0, got 0",
  ],
  [
    { views: [{ ...view, crop: { ...view?.crop, area: [0.9, 0.1] } }, view] },
    "the setting 'views.0.crop.area' is not right: expected the lower number first, got [0.9,0.1]",
  ],
  [[], 'the settings are not right: expected an object, got []'],
  [{ batch: 256, accumulate: 3 }, 'a batch of 256 cannot be split into 3 equal parts: choose a divisor'],
  [{ batch: 4, accumulate: 4, projector: { norm: 'none' }, predictor: null }, 'at least 2 pictures a part'],
])('%j is refused in one plain sentence', (overrides, message) => {
  expect(() => resolve(overrides)).toThrow(UsageError)
  expect(() => resolve(overrides)).toThrow(message)
  expect(() => resolve(overrides)).toThrow(/^[^\n]+$/)
})

test('settings survive JSON, as run.json needs', () => {
  const settings = resolve({ accumulate: 4, seed: 5 }, 'imagenet')
  expect(validate(JSON.parse(JSON.stringify(settings)))).toEqual(settings)
})

test('an unknown method or encoder gets the nearest right name', () => {
  expect(() => findMethod('boyl')).toThrow("there is no method 'boyl': did you mean 'byol'?")
  expect(() => findEncoder('resnet8')({ channels: 3, size: 32 })).toThrow(
    "there is no encoder 'resnet8': did you mean 'resnet18'?",
  )
})
