import { expect, test } from 'vitest'
import { blurRadius, sigmaAt } from './augment/rows.js'
import type { DrawnView } from './augment/view.js'
import type { EncoderChange } from './encoder/spec.js'
import { findMethod, METHODS } from './methods/index.js'
import { type DataFacts, PRESET_NAMES, type PresetName, presetOf } from './presets.js'
import { resolveSettings, type Settings, validate } from './settings.js'
import type { View } from './settings-schema.js'

const FACTS = { pictures: 1000, channels: 3, nativeSize: 28 }
const resolve = (name: string, preset: PresetName, facts: DataFacts = FACTS): Settings =>
  resolveSettings(findMethod(name), preset, {}, facts, 'float32')

const EVERY = Object.keys(METHODS).flatMap((name) =>
  PRESET_NAMES.filter((preset) => preset === 'small' || findMethod(name).presets[preset]).map(
    (preset) => [name, preset] as const,
  ),
)
test.each(EVERY)('%s, %s: right for every size of a data set, and survives JSON', (name, preset) => {
  const method = findMethod(name)
  for (const pictures of [300, 5000, 60_000]) {
    for (const channels of [1, 3]) {
      const facts = { pictures, channels, nativeSize: 28 }
      const settings = resolve(name, preset, facts)
      expect(settings).toMatchObject({ method: name, preset, channels })
      expect(validate(JSON.parse(JSON.stringify(settings)), method)).toEqual(settings)
      // at least eight steps an epoch, and no picture is long in a queue with itself
      if (preset === 'small') expect(settings.batch).toBeLessThanOrEqual(pictures / 8)
      if (preset === 'small' && 'queue' in settings.loss)
        expect(settings.loss.queue).toBeLessThanOrEqual(pictures / 8)
      // a misspelt option would be taken for one of another loss, and lost
      const { loss = {} } = presetOf(method, preset).recipe(facts)
      expect(Object.keys(method.loss.options)).toEqual(expect.arrayContaining(Object.keys(loss)))
    }
  }
})

test('pictures with colours are met by whitened filters, grey ones and published recipes by random ones', () => {
  const first = (preset: PresetName, channels: number) =>
    (resolve('byol', preset, { ...FACTS, channels }).encoder as EncoderChange).firstLayer
  expect([first('small', 3), first('small', 1), first('cifar', 3)]).toEqual(['whitening', 'random', 'random'])
})

test('local views are thinned out by a preset, and crops are as large as it says', () => {
  const sides = (name: string, preset: PresetName) =>
    resolve(name, preset).views.map(({ scale = 1 }) => scale)
  const local = 96 / 224
  expect(sides('dino', 'imagenet')).toEqual([1, 1, ...Array(8).fill(local)])
  expect(sides('swav', 'imagenet')).toEqual([1, 1, ...Array(6).fill(local)])
  expect(sides('dino', 'cifar')).toEqual([1, 1])
  expect(sides('dino', 'small')).toEqual([1, 1, local, local])
  expect(resolve('dino', 'small').views.map(({ crop }) => crop.area)).toEqual([
    [0.2, 1],
    [0.2, 1],
    [0.1, 0.3],
    [0.1, 0.3],
  ])
})

test('jitter is multiplied, its probability is not', () => {
  expect(resolve('simclr', 'imagenet').views[0]?.jitter).toEqual({
    probability: 0.8,
    brightness: 0.8,
    contrast: 0.8,
    saturation: 0.8,
    hue: 0.2,
  })
  expect(resolve('simclr', 'cifar').views[0]?.jitter).toEqual({
    probability: 0.8,
    brightness: 0.4,
    contrast: 0.4,
    saturation: 0.4,
    hue: 0.1,
  })
})

test('SwAV’s views as published: strong colours and half of all blurred, none solarised', () => {
  const views = resolve('swav', 'imagenet').views
  expect(views.length).toBe(8)
  for (const view of views) {
    expect(view.jitter).toEqual({
      probability: 0.8,
      brightness: 0.8,
      contrast: 0.8,
      saturation: 0.8,
      hue: 0.2,
    })
    expect([view.grayscale, view.blur.probability, view.solarize.probability]).toEqual([0.2, 0.5, 0])
  }
  // solo-learn's on CIFAR blur nothing
  for (const view of resolve('swav', 'cifar').views) {
    expect(view.jitter).toEqual(views[0]?.jitter)
    expect([view.blur.probability, view.solarize.probability]).toEqual([0, 0])
  }
  // ours were measured with DINO's
  expect(resolve('swav', 'small').views[0]?.jitter.brightness).toBe(0.4)
})

// as the scripts of solo-learn's runs on CIFAR-10 have them
test.each<[string, number, number, number, number[]]>([
  ['byol', 0.08, 0.4, 0.2, [0, 0.2]],
  ['barlow-twins', 0.08, 0.4, 0.2, [0, 0.2]],
  ['dino', 0.08, 0.4, 0.2, [0, 0.2]],
  ['moco-v3', 0.08, 0.4, 0.2, [0, 0.2]],
  ['vicreg', 0.2, 0.4, 0.2, [0.1, 0.1]],
  ['w-mse', 0.2, 0.4, 0.2, [0, 0]],
  ['moco-v2', 0.08, 0.4, 0.4, [0, 0]],
  ['simsiam', 0.08, 0.4, 0.4, [0, 0]],
  ['supcon', 0.08, 0.8, 0.8, [0, 0]],
  ['swav', 0.08, 0.8, 0.8, [0, 0]],
  // but for its second view, of which a fifth is solarised there
  ['nnclr', 0.08, 0.4, 0.2, [0, 0]],
])(
  '%s, cifar: crops from %f of the area, strength %f, saturation %f',
  (name, area, strength, saturation, solarized) => {
    const { views } = resolve(name, 'cifar')
    expect(views.map(({ solarize }) => solarize.probability)).toEqual(solarized)
    for (const { crop, jitter, grayscale, blur } of views) {
      expect([crop.area[0], jitter.brightness, jitter.contrast, jitter.saturation]).toEqual([
        area,
        strength,
        strength,
        saturation,
      ])
      expect([jitter.probability, jitter.hue, grayscale, blur.probability]).toEqual([
        0.8,
        strength / 4,
        0.2,
        0,
      ])
    }
  },
)

/** Least and largest sigma, and taps, in pixels of a view of `size`. */
const inPixels = (view: View, size: number) => [
  ...view.blur.sigma.map((sigma) => sigmaAt({ sigma } as DrawnView, size)),
  2 * blurRadius(view, size) + 1,
]

test.each([
  ['byol', 0, 224, 23],
  ['dino', 0, 224, 23],
  // as strong in the crops of 96 px as in those of 224
  ['dino', 2, 96, 23],
  ['ibot', 2, 96, 23],
  ['swav', 2, 96, 23],
  ['lejepa', 0, 128, 7],
])('%s blurs view %i of %i px by 0.1 to 2 pixels, as published', (name, view, size, taps) => {
  expect(inPixels(resolve(name, 'imagenet').views[view] as View, size)).toEqual([
    expect.closeTo(0.1, 12),
    expect.closeTo(2, 12),
    taps,
  ])
})

test('LeJEPA’s example ends at half its rate, drops a tenth of the branches and is asked about whole pictures', () => {
  const { finalLearningRate, encoder, evalShare } = resolve('lejepa', 'imagenet')
  expect([finalLearningRate, evalShare]).toEqual([0.5, 1])
  expect(encoder).toMatchObject({ name: 'vit-s', dropPath: 0.1 })
})

test('a method without a preset has the small one all the same, and no other', () => {
  const bare = { name: 'mine', presets: {} }
  expect(presetOf(bare, 'small').recipe(FACTS)).toMatchObject({
    encoder: { name: 'small' },
    batch: 64,
    epochs: 40,
  })
  expect(() => presetOf(bare, 'cifar')).toThrow("mine has no preset 'cifar': there are small")
})
