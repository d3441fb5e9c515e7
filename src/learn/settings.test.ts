import { expect, test } from 'vitest'
import { UsageError } from '../errors.js'
import { findEncoder } from './encoder/encoders.js'
import { ENCODER_DEFAULTS } from './encoder/spec.js'
import { findMethod } from './methods/index.js'
import { mergeOverrides, type Overrides, resolveSettings, type Settings, validate } from './settings.js'

const byol = findMethod('byol')
const resolve = (
  overrides: unknown = {},
  preset: 'imagenet' | 'cifar' | 'small' = 'small',
  nativeSize = 28,
  method = byol,
): Settings =>
  resolveSettings(
    method,
    preset,
    overrides as Overrides,
    { pictures: 1000, channels: 3, nativeSize },
    'float32',
  )

test("the method's choices, over them the preset's, over them the user's", () => {
  const form = {
    layers: 2,
    norm: 'batch',
    outputNorm: 'none',
    outputAffine: true,
    activation: 'relu',
    outputBias: false,
    prototypes: 0,
  }
  expect(resolve({}, 'imagenet').projector).toEqual({ hidden: 4096, outputs: 256, ...form })
  expect(resolve().projector).toEqual({ hidden: 512, outputs: 128, ...form })
  expect(resolve({ projector: { outputs: 64 } }).projector).toEqual({ hidden: 512, outputs: 64, ...form })
  expect(resolve({ target: { tau: 0.5 } }).target).toEqual({
    from: 'follower',
    tau: 0.5,
    schedule: 'cosine',
    start: 'own',
  })
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
  const other = { name: 'adamw', weightDecay: 0.1, betas: [0.9, 0.95] }
  expect(resolve({ optimizer: other }, 'cifar').optimizer).toEqual(other)
  expect(resolve({ optimizer: { name: 'lars', momentum: 0.8 } }, 'cifar').optimizer).toEqual({
    name: 'lars',
    momentum: 0.8,
    weightDecay: 1e-5,
    trust: 0.02,
  })
  expect(() => resolve({ optimizer: { name: 'adamw' } }, 'cifar')).toThrow(
    'the setting \'optimizer.weightDecay\' is missing: write all of it, as byol has it: optimizer: {"name":"adamw"',
  )
})

const view = byol.views[0]
test.each<[unknown, string]>([
  [{ epoch: 3 }, "the settings have no key 'epoch': did you mean 'epochs'?"],
  [{ projector: { hiden: 4 } }, "'projector' has no key 'hiden': did you mean 'hidden'?"],
  [{ predictor: { nrom: 'batch' } }, "'predictor' has no key 'nrom': did you mean 'norm'?"],
  [{ optimizer: { weightDecai: 1 } }, "'optimizer' has no key 'weightDecai': did you mean 'weightDecay'?"],
  [
    { optimizer: { name: 'adamw', weightDecay: 0, betas: [0, 0], momentum: 1 } },
    "'optimizer' has no key 'momentum': there are: name, weightDecay, finalWeightDecay, betas, eps",
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
    { optimizer: { name: 'adom' } },
    "the setting 'optimizer.name' is not right: expected 'lars' | 'sgd' | 'adamw' | 'adam' | 'none', got \"adom\"",
  ],
  [
    { optimizer: { name: 'lars', momentum: 0.9, weightDecay: 0, trust: 0 } },
    "the setting 'optimizer.trust' is not right: expected more than 0, got 0",
  ],
  [
    { views: [view] },
    'byol compares two views of a picture, and no two meet: the online network sees 1, the target 1',
  ],
  [{ views: [] }, "the setting 'views' is not right: expected at least 1 of them"],
  [
    { views: [{ ...view, blur: { ...view?.blur, sigma: [0, 0] } }, view] },
    "the setting 'views.0.blur.sigma.0' is not right: expected more than 0, got 0",
  ],
  [
    { views: [{ ...view, crop: { ...view?.crop, area: [0.9, 0.1] } }, view] },
    "the setting 'views.0.crop.area' is not right: expected the lower number first, got [0.9,0.1]",
  ],
  [{ batch: 256, accumulate: 3 }, 'a batch of 256 cannot be split into 3 equal parts: choose a divisor'],
  [{ batch: 4, accumulate: 4, projector: { norm: 'none' }, predictor: null }, 'at least 2 pictures a part'],
])('%j is refused in one plain sentence', (overrides, message) => {
  expect(() => resolve(overrides)).toThrow(UsageError)
  expect(() => resolve(overrides)).toThrow(message)
  expect(() => resolve(overrides)).toThrow(/^[^\n]+$/)
})

test('what was not given goes along with what was', () => {
  const adamw = (change: object) => resolve({ optimizer: change }).optimizer
  // level in the preset
  expect(adamw({ weightDecay: 0.05 })).toMatchObject({ weightDecay: 0.05, finalWeightDecay: 0.05 })
  expect(adamw({ weightDecay: 0.05, finalWeightDecay: 0.1 })).toMatchObject({ finalWeightDecay: 0.1 })
  expect(adamw({ name: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 0.05 })).not.toHaveProperty(
    'finalWeightDecay',
  )
  const dino = resolve({ optimizer: { weightDecay: 0.1 } }, 'imagenet', 28, findMethod('dino'))
  expect(dino.optimizer).toMatchObject({ weightDecay: 0.1, finalWeightDecay: 0.4 })
  // a warm-up of 10 epochs
  expect(resolve({}, 'cifar').warmup).toBe(10)
  expect(resolve({ epochs: 5 }, 'cifar').warmup).toBe(2.5)
  expect(resolve({ epochs: 5, warmup: 10 }, 'cifar').warmup).toBe(10)
})

test('settings survive JSON, as run.json needs', () => {
  const settings = resolve({ accumulate: 4, seed: 5 }, 'imagenet')
  expect(validate(JSON.parse(JSON.stringify(settings)), byol)).toEqual(settings)
})

test('an unknown method or encoder gets the nearest right name', () => {
  expect(() => findMethod('boyl')).toThrow("there is no method 'boyl': did you mean 'byol'?")
  expect(() => findEncoder('resnet8')).toThrow("there is no encoder 'resnet8': did you mean 'resnet18'?")
})

const of = (name: string, overrides: unknown): Settings => resolve(overrides, 'small', 28, findMethod(name))

test('the options of a loss are those of its default, over them the preset’s and the user’s', () => {
  expect(findMethod('simclr').loss.options).toEqual({ sameView: true, weight: 1, temperature: 0.1 })
  expect(of('simclr', {}).loss).toEqual({ sameView: true, weight: 1, temperature: 0.3 })
  expect(of('simclr', { loss: { temperature: 0.7 } }).loss).toMatchObject({ temperature: 0.7, weight: 1 })
  expect(of('byol', { loss: { weight: 1 } }).loss).toEqual({ weight: 1 })
})

test.each<[string, unknown, string]>([
  [
    'simclr',
    { temprature: 0.1 },
    "the loss of simclr has no option 'temprature': did you mean 'temperature'?",
  ],
  ['swav', { prototype: 5 }, "the loss of swav has no option 'prototype': did you mean 'prototypes'?"],
  [
    'simclr',
    { queue: 5 },
    "the loss of simclr has no option 'queue': there are: sameView, weight, temperature",
  ],
  [
    'simclr',
    { temperature: '0.1' },
    'the setting \'loss.temperature\' is not right: expected a number, got "0.1"',
  ],
  ['simclr', { sameView: 1 }, "the setting 'loss.sameView' is not right: expected true or false, got 1"],
  ['ibot', { patchCentring: 1 }, "the setting 'loss.patchCentring' is not right: expected a word, got 1"],
  ['simclr', { temperature: [1] }, 'expected a number, a word, or true or false, got [1]'],
  ['simclr', { temperature: 0 }, "the setting 'loss.temperature' is not right: expected more than 0, got 0"],
  ['moco-v2', { queue: 0.5 }, "the setting 'loss.queue' is not right: expected a whole number of at least 1"],
  ['amdim', { comparisons: 'x' }, "the setting 'loss.comparisons' is not right: expected something like"],
  ['ibot', { patchCentring: 'center' }, "expected 'centre' or 'sinkhorn', got \"center\""],
])("%s's loss refuses %j", (name, loss, message) => {
  expect(() => of(name, { loss })).toThrow(UsageError)
  expect(() => of(name, { loss })).toThrow(message)
  expect(() => of(name, { loss })).toThrow(/^[^\n]+$/)
})

test('a target in another form has other numbers; the same form keeps the rest', () => {
  const self = { from: 'self', stopGradient: true }
  expect(of('byol', { target: self }).target).toEqual(self)
  expect(of('simsiam', {}).target).toEqual(self)
  expect(of('simsiam', { target: { stopGradient: false } }).target).toEqual({
    from: 'self',
    stopGradient: false,
  })
  const follower = { from: 'follower', tau: 0.9, schedule: 'constant', start: 'copy' }
  expect(of('simsiam', { target: follower }).target).toEqual(follower)
  expect(of('moco-v2', { target: { tau: 0.5 } }).target).toEqual({ ...of('moco-v2', {}).target, tau: 0.5 })
})

test.each<[string, unknown, string]>([
  [
    'byol',
    { from: 'self' },
    'the setting \'target.stopGradient\' is missing: write all of it, as simsiam has it: target: {"from":"self"',
  ],
  [
    'simclr',
    { from: 'follower', tau: 0.9 },
    'missing: write all of it, as simclr-ema has it: target: {"from":"follower","tau":0.9,"schedule":"cosine","start":"copy"}',
  ],
  [
    'simclr',
    { tau: 0.99 },
    '\'target\' has no key \'tau\' where its from is \'self\', as with simclr: write all of it, as simclr-ema has it: target: {"from":"follower","tau":0.99,"schedule":"cosine","start":"copy"}',
  ],
  [
    'byol',
    { from: 'me' },
    "the setting 'target.from' is not right: expected 'follower' | 'self', got \"me\"",
  ],
  [
    'byol',
    { start: 'kopy' },
    "the setting 'target.start' is not right: expected 'own' or 'copy', got \"kopy\"",
  ],
  ['byol', { shedule: 'constant' }, "'target' has no key 'shedule': did you mean 'schedule'?"],
  ['ibot', { from: 'self', stopGradient: true }, "set target.from to 'follower'"],
])("%s's target refuses %j", (name, target, message) => {
  expect(() => of(name, { target })).toThrow(UsageError)
  expect(() => of(name, { target })).toThrow(message)
})

const [left, right] = findMethod('byol').views
test("a view's optional fields may be there or not", () => {
  const views = [
    { ...left, scale: 0.5, seenBy: 'online' },
    { ...right, translate: { probability: 0.5, share: 0.1 }, sharedFlip: true },
  ]
  const masked = [left, { ...right, mask: { kind: 'block', probability: 0.5, share: [0.1, 0.5] } }]
  expect(resolve({ views }).views).toEqual(views)
  expect(of('ibot', { views: masked }).views).toEqual(masked)
  expect(() => resolve({ views: masked })).toThrow('byol has no use for masks')
  expect(resolve({ views: [left, right] }).views).toEqual([left, right])
})

test('what a refusal says to write is taken as it stands', () => {
  for (const target of [{ tau: 0.9 }, { start: 'own' }, { from: 'follower' }]) {
    const refusal = (() => {
      try {
        return String(of('simclr', { target }))
      } catch (error) {
        return (error as Error).message
      }
    })()
    const written = JSON.parse(refusal.slice(refusal.indexOf('target: ') + 'target: '.length))
    expect(of('simclr', { target: written }).target).toEqual(written)
    expect(written).toMatchObject(target)
  }
})

test.each<[object, string]>([
  [{ scale: 0 }, "the setting 'views.1.scale' is not right: expected more than 0, got 0"],
  [{ scale: 1.5 }, "the setting 'views.1.scale' is not right: expected at most 1, got 1.5"],
  [{ scael: 0.5 }, "'views.1' has no key 'scael': did you mean 'scale'?"],
  [
    { seenBy: 'nobody' },
    "the setting 'views.1.seenBy' is not right: expected 'both' or 'online' or 'target', got \"nobody\"",
  ],
  [
    { translate: { probability: 1, share: 0.6 } },
    "the setting 'views.1.translate.share' is not right: expected at most 0.5, got 0.6",
  ],
  [
    { translate: { probability: 1, share: 0.5, shaer: 1 } },
    "'views.1.translate' has no key 'shaer': did you mean 'share'?",
  ],
  [
    { mask: { kind: 'blok', probability: 1, share: [0.5, 0.5] } },
    "the setting 'views.1.mask.kind' is not right: expected 'random' or 'block', got \"blok\"",
  ],
  [
    { mask: { kind: 'block', probability: 1, share: [0.5, 0.1] } },
    "the setting 'views.1.mask.share' is not right: expected the lower number first, got [0.5,0.1]",
  ],
])('a view with %j is refused', (change, message) => {
  const views = [left, { ...right, ...change }]
  expect(() => resolve({ views })).toThrow(UsageError)
  expect(() => resolve({ views })).toThrow(message)
})

test.each<[string, unknown, string]>([
  [
    'byol',
    { views: [left, right].map((one) => ({ ...one, seenBy: 'target' })) },
    "no view is seen by the online network: give one without seenBy: 'target'",
  ],
  ['dino', { projector: { prototypes: 0 } }, "give a number above 0 in 'projector.prototypes'"],
  ['byol', { clip: 0 }, "the setting 'clip' is not right: expected more than 0, got 0"],
  [
    'byol',
    { predictor: { updates: 0 } },
    "the setting 'predictor.updates' is not right: expected at least 1, got 0",
  ],
  ['byol', { readout: { layer: 1 } }, "'readout' has no key 'layer': did you mean 'layers'?"],
  [
    'byol',
    { encoder: { name: 'resnet18', wdith: 2 } },
    "'encoder' has no key 'wdith': did you mean 'width'?",
  ],
  [
    'byol',
    { encoder: { name: 'resnet18', dropPath: 0.3 } },
    "the encoder 'resnet18' has no option 'dropPath': there are: width, norm, firstLayer",
  ],
  [
    'byol',
    { encoder: { width: 2 } },
    "the encoder 'small' has no option 'width': there are: norm, firstLayer",
  ],
  [
    'byol',
    { encoder: { name: 'cpc', norm: 'none' } },
    "the encoder 'cpc' has no option 'norm': there are: width",
  ],
  ['byol', { encoder: 5 }, "the setting 'encoder' is not right: expected a name or an object, got 5"],
  ['byol', { encoder: 'resnet8' }, "there is no encoder 'resnet8': did you mean 'resnet18'?"],
])('%s refuses %j', (name, overrides, message) => {
  expect(() => of(name, overrides)).toThrow(UsageError)
  expect(() => of(name, overrides)).toThrow(message)
})

test('the options of other kinds that earlier versions wrote for every encoder are left out when settings are read', () => {
  for (const encoder of ['resnet18', 'vit-mini/4', 'amdim', 'cpc', 'small']) {
    const settings = resolve({ encoder, size: 32 })
    const all = { ...ENCODER_DEFAULTS, firstLayer: 'whitening', ...settings.encoder }
    expect(validate({ ...settings, encoder: all }, byol)).toEqual(settings)
  }
  const settings = resolve()
  expect(() => validate({ ...settings, encoder: { ...settings.encoder, wdith: 1 } }, byol)).toThrow(
    "'encoder' has no key 'wdith'",
  )
})

test('an encoder of the user’s own takes any option, and none that there is not', () => {
  const own = { ...byol, encoder: findEncoder('resnet18') }
  const given = { name: 'mine', width: 2, dropPath: 0.5 }
  const { encoder } = resolve({ encoder: given }, 'small', 28, own)
  expect(encoder).toEqual({ ...ENCODER_DEFAULTS, firstLayer: 'whitening', ...given })
  expect(() => resolve({ encoder: { depth: 3 } }, 'small', 28, own)).toThrow("'encoder' has no key 'depth'")
})

test('an encoder may be its short form or a change to what there is', () => {
  expect(resolve({ encoder: 'resnet50x2' }).encoder).toEqual({
    firstLayer: 'whitening',
    norm: 'batch',
    name: 'resnet50',
    width: 2,
  })
  expect(resolve({ encoder: { norm: 'group', firstLayer: 'random' } }).encoder).toEqual({
    name: 'small',
    norm: 'group',
    firstLayer: 'random',
  })
  // published recipes begin with random filters
  expect(resolve({}, 'cifar').encoder).toMatchObject({ firstLayer: 'random' })
  const { encoder } = of('mae', { encoder: 'vit-s/8' })
  expect(encoder).toMatchObject({ name: 'vit-s', patch: 8, positions: 'fixed', pool: 'mean' })
})

test.each<[unknown, string]>([
  // parsed, since in a literal it would be the prototype
  [JSON.parse('{"__proto__":{"seed":5}}'), "no setting is called '__proto__': leave it out"],
  [{ target: JSON.parse('{"__proto__":{"tau":0.5}}') }, "no setting is called '__proto__'"],
  [{ loss: JSON.parse('{"__proto__":{"x":1}}') }, "no setting is called '__proto__'"],
  [{ constructor: { prototype: { x: 1 } } }, "the settings have no key 'constructor'"],
  [{ target: { toString: 1 } }, "'target' has no key 'toString'"],
  [{ method: 'dino' }, "'method' is no setting to change: name the method beside the settings, as `method`"],
  [{ preset: 'cifar' }, "'preset' is no setting to change: name the preset beside the settings, as `preset`"],
  [{ channels: 1 }, "'channels' is no setting to change: the pictures decide it"],
])('%j is no setting, wherever it comes from', (overrides, message) => {
  const merged = () => resolve(mergeOverrides({}, overrides as Overrides))
  for (const given of [merged, () => resolve(overrides)]) {
    expect(given).toThrow(UsageError)
    expect(given).toThrow(message)
  }
})

const query = { ...left, seenBy: 'online' }
const key = { ...right, seenBy: 'target' }
const [hidden] = findMethod('mae').views
test.each<[string, unknown, string]>([
  ['byol', [], 'expected an object, got []'],
  [
    'byol',
    { target: { from: 'self', stopGradient: true, stopGradiant: true } },
    "did you mean 'stopGradient'?",
  ],
  ['simsiam', { target: { tua: 0.9 } }, "'target' has no key 'tua': there are: from, stopGradient"],
  [
    'byol',
    { optimizer: { trust: 0.1 } },
    'where its name is \'adamw\', as with byol: write all of it, as byol has it: optimizer: {"name":"lars","momentum":0.9,"weightDecay":0.000001,"trust":0.1}',
  ],
  [
    'mae',
    { views: [{ ...hidden, mask: undefined }] },
    'mae hides the same number of patches in every picture',
  ],
  [
    'mae',
    { views: [{ ...hidden, mask: { kind: 'random', probability: 1, share: [0.5, 0.75] } }] },
    'one share below 1',
  ],
  ['byol', { views: [query, query] }, 'no two meet: the online network sees 2, the target 0'],
  ['simclr', { views: [query, key] }, 'leave seenBy out'],
  ['moco-v2', { target: { from: 'self', stopGradient: true } }, "set target.from to 'follower'"],
  ['ibot', { target: { from: 'self', stopGradient: true } }, 'needs a target that sees what is hidden'],
  ['dino', { readout: { layers: 1 } }, 'dino has no single projector to read from'],
  ['byol', { readout: { layers: 7 } }, 'the projector has 1 hidden layers'],
  ['mae', { predictor: findMethod('byol').predictor }, "mae has no projector's outputs here"],
  ['byol', { projector: { outputs: 0 } }, "give a number above 0 in 'projector.outputs'"],
  ['dino', { projector: { prototypes: 0 } }, 'dino needs prototypes'],
  ['byol', { accumulate: 2, predictor: { updates: 2 } }, 'would take 2 times as many in as many parts'],
  [
    'w-mse',
    { batch: 16, projector: { outputs: 32 } },
    'w-mse whitens 16 pictures at a time in 32 dimensions and needs more pictures',
  ],
  [
    'w-mse',
    { batch: 32, projector: { outputs: 32 }, loss: { eps: 0 } },
    'w-mse whitens 32 pictures at a time in 32 dimensions',
  ],
  ['byol', { encoder: { name: 'vit-mini', patch: 4, frozenPatches: true } }, "set target.start to 'copy'"],
])('%s refuses %j in words that help', (name, overrides, message) => {
  expect(() => of(name, overrides)).toThrow(message)
})
