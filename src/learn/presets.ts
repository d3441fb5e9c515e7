/** The numbers that a method is trained with: whose, and how they follow from the data. */

import type { InputSpec } from '../encode/input.js'
import { UsageError } from '../errors.js'
import type { EncoderChange } from './encoder/spec.js'
import type { Overrides } from './settings.js'
import type { OptimizerSpec, View } from './settings-schema.js'

export const PRESET_NAMES = ['imagenet', 'cifar', 'small'] as const
export type PresetName = (typeof PRESET_NAMES)[number]

/** What a preset may know of the pictures. */
export interface DataFacts {
  pictures: number
  channels: number
  nativeSize: number
  /** The papers' constants for photographs unless given. */
  input?: InputSpec
  /** That training is to take; absent where its passes are given. */
  minutes?: number
}

/** Changes to all of a method's views; what is not named stays the method's own. */
export interface ViewChanges {
  /** Least share of the area that a crop takes. */
  area?: number
  /** The same for local views: least and most. */
  localArea?: readonly [number, number]
  /** How many local views are kept. */
  locals?: number
  /** Multiplies the amounts of colour jitter, or gives them. */
  jitter?: number | Partial<View['jitter']>
  blur?: Partial<View['blur']>
  solarize?: Partial<View['solarize']>
}

/** What a preset changes of a method's choices, and its numbers. */
export type Recipe = Omit<Overrides, 'views'> & {
  /** In its short form, such as `vit-s/16`, or with options. */
  encoder: string | EncoderChange
  views?: ViewChanges
}

export interface Preset {
  /** Where the numbers come from. */
  source: string
  recipe(data: DataFacts): Recipe
}

/** ResNet-50 at 224 px, as most papers train. */
export function imagenet(
  source: string,
  batch: number,
  epochs: number,
  optimizer: OptimizerPreset,
  change: Partial<Recipe> = {},
): Preset {
  const base = { encoder: 'resnet50', size: 224, evalSize: 224, evalShare: 224 / 256, warmup: 10 }
  return { source, recipe: () => ({ ...base, batch, epochs, ...optimizer, ...change }) }
}

/** ResNet-18 with the stem for 32 px, batches of 256 for 1,000 epochs, as solo-learn trains. */
export function cifar(source: string, optimizer: OptimizerPreset, change: Partial<Recipe> = {}): Preset {
  const base = { encoder: 'resnet18', size: 32, evalSize: 32, evalShare: 1, warmup: 10 }
  return { source, recipe: () => ({ ...base, batch: 256, epochs: 1000, ...optimizer, ...change }) }
}

const OURS = 'our own measurements, two CPU cores: docs/recipes.md'

/** A small network and numbers scaled to how many pictures there are; `change` has what the method wants otherwise. */
export function small(change: Partial<Recipe> | ((scale: Scale) => Partial<Recipe>) = {}): Preset {
  return {
    source: OURS,
    recipe: (data) => {
      const scale = scaleOf(data)
      const { views, ...changed } = typeof change === 'function' ? change(scale) : change
      const { evalSize } = scale
      const color = data.channels > 1
      return {
        // grey pictures have no colours that brightness could hide: their clusters were four points worse with it
        encoder: { name: 'small', firstLayer: color ? 'whitening' : 'random' },
        size: Math.max(16, 4 * Math.round(evalSize * 0.18)),
        evalSize,
        evalShare: 1,
        batch: scale.batch,
        epochs: scale.epochs,
        warmup: 0.5,
        // measured on each: colour is learned faster by AdamW with a quick predictor, grey by SGD
        ...(color ? adamw(2e-3, 1e-4) : sgd(0.8, 1e-4, true)),
        projector: { hidden: 512, outputs: 128 },
        predictor: { hidden: 512, ...(color && { learningRate: 10 }) },
        views: {
          area: color ? 0.2 : 0.3,
          localArea: [0.1, 0.3],
          blur: { probability: 0.5, sigma: [0.8, 8], kernel: 0.2 },
          solarize: { probability: 0 },
          ...views,
        },
        ...changed,
      }
    },
  }
}

/** What small sets ask for by their size. */
export interface Scale {
  pictures: number
  /** Side that pictures are judged at: their own, within bounds. */
  evalSize: number
  /** That training is to take, where that is known. */
  minutes: number | undefined
  /** At most 128, at least 8, and about eight batches in an epoch of a small set. */
  batch: number
  epochs: number
  /** Of a moving target: shorter memory in shorter runs. */
  tau: number
  /** Vectors to remember: few enough that they are of the last steps, and none of the same picture. */
  queue: number
  /** Clusters: about one for 20 pictures, as LightlyTrain scales them. */
  prototypes: number
  /** Of a teacher: 0.02 at 20,000 pictures, 0.07 at ImageNet's size, as LightlyTrain scales it. */
  teacherTemperature: number
}

export function scaleOf({ pictures, nativeSize, minutes }: DataFacts): Scale {
  const power = (x: number) => 2 ** Math.floor(Math.log2(Math.max(1, x)))
  const within = (low: number, value: number, high: number) => Math.min(high, Math.max(low, value))
  const batch = within(8, power(pictures / 8), 128)
  const epochs = pictures > 20_000 ? 4 : 40
  const steps = Math.max(1, (pictures / batch) * epochs)
  return {
    pictures,
    evalSize: within(16, 4 * Math.round(nativeSize / 4), 64),
    minutes,
    batch,
    epochs,
    tau: within(0.9, 1 - 20 / steps, 0.96),
    queue: within(16, power(pictures / 32), 4096),
    prototypes: within(16, power(pictures / 20), 4096),
    teacherTemperature: within(0.02, 0.02 + (0.05 * Math.log(pictures / 20_000)) / Math.log(64), 0.07),
  }
}

/** Batch norm without scale and shift after the last layer (SimSiam, MoCo v3). */
export const BN_OUT = { outputNorm: 'batch', outputAffine: false } as const
export const NO_BLUR = { views: { blur: { probability: 0 } } } as const
/** BYOL's colours, as solo-learn's runs on CIFAR have them in most methods. */
export const BYOL_JITTER = { brightness: 0.4, contrast: 0.4, saturation: 0.2, hue: 0.1 }
/** Where the paper crops from a fifth on, solo-learn's runs on CIFAR do from 8 %. */
export const SMALL_CROPS = { views: { area: 0.08, ...NO_BLUR.views } }
export const AT_128 = { size: 128, evalSize: 128, evalShare: 1 }

type Presets = Partial<Record<PresetName, Preset>>

/** Presets that differ from others in a few numbers. */
export function changed(
  presets: Presets,
  change: Partial<Recipe> | ((data: DataFacts) => Partial<Recipe>),
): Presets {
  const of = (data: DataFacts) => (typeof change === 'function' ? change(data) : change)
  return Object.fromEntries(
    Object.entries(presets).map(([name, { source, recipe }]): [string, Preset] => [
      name,
      { source, recipe: (data) => ({ ...recipe(data), ...of(data) }) },
    ]),
  )
}

/** @throws UsageError when the method has no such preset */
export function presetOf({ name, presets }: { name: string; presets: Presets }, wanted: PresetName): Preset {
  const preset = presets[wanted] ?? (wanted === 'small' ? small() : undefined)
  if (preset) return preset
  throw new UsageError(
    `${name} has no preset '${wanted}': there are ${Object.keys({ small, ...presets }).join(', ')}`,
  )
}

export interface OptimizerPreset {
  optimizer: OptimizerSpec
  learningRate: number
}

/** @param learningRate for a batch of 256 */
export function lars(learningRate: number, weightDecay: number, trust = 1e-3): OptimizerPreset {
  return { learningRate, optimizer: { name: 'lars', momentum: 0.9, weightDecay, trust } }
}

/** @param learningRate for a batch of 256 */
export function sgd(learningRate: number, weightDecay: number, nesterov = false): OptimizerPreset {
  return { learningRate, optimizer: { name: 'sgd', momentum: 0.9, weightDecay, nesterov } }
}

/** @param learningRate for a batch of 256 */
export function adamw(
  learningRate: number,
  weightDecay: number,
  finalWeightDecay = weightDecay,
  betas: readonly [number, number] = [0.9, 0.999],
): OptimizerPreset {
  return { learningRate, optimizer: { name: 'adamw', betas, weightDecay, finalWeightDecay } }
}

/** With the weight decay in the gradient. @param learningRate for a batch of 256 */
export function adam(
  learningRate: number,
  weightDecay: number,
  betas: readonly [number, number] = [0.9, 0.999],
  eps = 1e-8,
): OptimizerPreset {
  return { learningRate, optimizer: { name: 'adam', betas, eps, weightDecay } }
}
