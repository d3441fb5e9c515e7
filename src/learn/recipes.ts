/** The longer numbers of presets, by whom they are from. A new method may as well have its own in place. */
import { blurAt } from './augment/view.js'
import { adam, adamw, type Pace, type Recipe, type Scale } from './presets.js'
import { ema } from './target.js'

/** Batch norm without scale and shift after the last layer (SimSiam, MoCo v3). */
export const BN_OUT = { outputNorm: 'batch', outputAffine: false } as const
export const NO_BLUR = { views: { blur: { probability: 0 } } } as const
const HALF_JITTER = { views: { jitter: 0.5, ...NO_BLUR.views } }
const VIT_S = { encoder: 'vit-s/16', encoderOptions: { dropPath: 0.1 } }

/** SimCLR's on CIFAR-10: colour strength 0.5 and no blur. */
export const SIMCLR_CIFAR = { batch: 512, loss: { temperature: 0.5 }, ...HALF_JITTER }
export const SIMCLR_SMALL = { loss: { temperature: 0.3 }, views: { jitter: 0.5 } }
export const SUPCON_CIFAR = { loss: { temperature: 0.2 }, projector: { outputs: 256 }, ...NO_BLUR }
/** BYOL's colours, as solo-learn's runs on CIFAR have them in most methods. */
const BYOL_JITTER = { brightness: 0.4, contrast: 0.4, saturation: 0.2, hue: 0.1 }
export const NNCLR_CIFAR = {
  loss: { temperature: 0.2, queue: 65536 },
  views: { jitter: BYOL_JITTER, ...NO_BLUR.views },
}
export const W_MSE_CIFAR = { views: { area: 0.2, jitter: BYOL_JITTER, ...NO_BLUR.views } }
/** Where the paper crops from a fifth on, solo-learn's runs on CIFAR do from 8 %. */
export const SMALL_CROPS = { views: { area: 0.08, ...NO_BLUR.views } }

/** AMDIM's Adam; its rate is for the batch as it is, ours for one of 256. */
export function amdimAdam(rate: number, batch: number): Pace {
  return adam((rate * 256) / batch, 1e-5, [0.8, 0.999], 1e-7)
}
/** Every picture is 49, and each of them meets all others: small batches, or a step takes seconds. */
export const CPC_SMALL = ({ batch }: Scale): Partial<Recipe> => ({
  batch: Math.min(32, batch),
  projector: { hidden: 64 },
  ...adamw(8e-3, 1e-4),
})
export const AT_128 = { size: 128, evalSize: 128, evalShare: 1 }
export const CPC_128 = { ...AT_128, encoder: 'cpc' }
export const AMDIM_128 = { ...AT_128, encoder: 'amdim', projector: { outputs: 2560 } }
/** 32 px, whole pictures moved by 4 px; batches of 200. */
export const YADIM_CIFAR = { batch: 200, epochs: 280 }
export const AMDIM_CIFAR = { ...YADIM_CIFAR, encoder: 'amdim' }
export const AMDIM_SMALL = { projector: { outputs: 128 }, ...adamw(2e-3, 1e-4) }

export const MOCO_CIFAR = {
  projector: { outputs: 256 },
  loss: { queue: 32768 },
  target: ema(0.99),
  ...SMALL_CROPS,
}
/** Batch norm in the head, unlike the paper's: a short run learns more with it. */
export const MOCO_SMALL = ({ tau, queue }: Scale): Partial<Recipe> => ({
  loss: { queue },
  target: ema(tau),
  projector: { hidden: 512, outputs: 128, norm: 'batch' },
})
/** The factor 2T of both directions, at temperature 0.2. */
export const MOCO_V3_SHARP = { temperature: 0.2, weight: 0.8 }
export const MOCO_V3_IMAGENET: Partial<Recipe> = { target: ema(0.99), views: { area: 0.2 } }
export const MOCO_V3_CIFAR = { loss: MOCO_V3_SHARP, target: ema(0.99), ...NO_BLUR }

export const SWAV_LOSS = {
  temperature: 0.1,
  prototypes: 3000,
  eps: 0.05,
  iterations: 3,
  queue: 0,
  queueFrom: 15,
}
/** SimCLR's colours at full strength in every view, local ones too. */
const SWAV_JITTER = { brightness: 0.8, contrast: 0.8, saturation: 0.8, hue: 0.2 }
export const SWAV_IMAGENET: Partial<Recipe> = {
  finalLearningRate: 1e-3,
  freezePrototypes: 1,
  views: { jitter: SWAV_JITTER, blur: { probability: 0.5 }, solarize: { probability: 0 } },
}
export const SWAV_CIFAR: Partial<Recipe> = {
  loss: { queue: 3840, queueFrom: 50 },
  finalLearningRate: 1e-3,
  freezePrototypes: 2,
  views: {
    locals: 0,
    area: 0.08,
    jitter: SWAV_JITTER,
    solarize: { probability: 0 },
    ...NO_BLUR.views,
  },
}

/** No local views: at a dozen pixels they cost a small network more than they give. */
export const SWAV_SMALL = ({ prototypes, queue }: Scale): Partial<Recipe> => ({
  loss: { prototypes: Math.max(16, prototypes / 8), queue, queueFrom: 2, temperature: 0.2 },
  views: { locals: 0 },
})

export const DINO_HEAD = { layers: 3, norm: 'none', activation: 'gelu', outputBias: true } as const
export const DINO_TEACHER = {
  temperature: 0.1,
  teacherTemperature: 0.04,
  teacherTemperatureAtFirst: 0.04,
  teacherWarmup: 0,
  centreMomentum: 0.9,
}
export const DINO_VIT = { ...VIT_S, finalLearningRate: 1e-3, clip: 3, freezePrototypes: 1 }
export const DINO_CIFAR: Partial<Recipe> = {
  projector: { prototypes: 4096 },
  target: ema(0.9995),
  views: { locals: 0, area: 0.08, ...NO_BLUR.views },
}
export const DINO_SMALL = ({ prototypes, tau, teacherTemperature }: Scale): Partial<Recipe> => ({
  projector: { hidden: 512, outputs: 64, prototypes, norm: 'batch' },
  target: ema(tau),
  loss: { teacherTemperature, teacherTemperatureAtFirst: teacherTemperature },
  views: { locals: 2 },
})
export const IBOT_LOSS = { ...DINO_TEACHER, classWeight: 1, patchWeight: 1, patchCentring: 'centre' }
export const IBOT_VIT = {
  ...VIT_S,
  finalLearningRate: 5e-4,
  clip: 3,
  freezePrototypes: 1,
  loss: { teacherTemperature: 0.07, teacherWarmup: 30 },
  views: { area: 0.25, localArea: [0.05, 0.25] },
} as const
export const IBOT_CIFAR: Partial<Recipe> = {
  encoder: 'vit-ti/4',
  clip: 3,
  freezePrototypes: 1,
  projector: { prototypes: 4096 },
  views: { locals: 4, ...NO_BLUR.views },
}
export const IBOT_SMALL = (scale: Scale): Partial<Recipe> => ({
  ...DINO_SMALL(scale),
  encoder: 'vit-mini/4',
  clip: 3,
  ...adamw(5e-4, 0.04),
  views: { locals: 0 },
})

const SINES = { positions: 'fixed', pool: 'mean' } as const
export const MAE_VIT: Partial<Recipe> = { encoder: 'vit-b/16', encoderOptions: SINES, warmup: 40 }
export const MAE_CIFAR: Partial<Recipe> = {
  encoder: 'vit-ti/4',
  encoderOptions: SINES,
  warmup: 40,
  projector: { hidden: 192, layers: 2 },
}
export const MAE_SMALL = ({ evalSize }: Scale): Partial<Recipe> => ({
  encoder: 'vit-mini/4',
  encoderOptions: SINES,
  size: evalSize,
  projector: { hidden: 64, layers: 1, outputs: 0 },
  ...adamw(1e-3, 0.05),
})

const WIDE_2048 = { hidden: 2048, outputs: 2048 }
/** Biases and norms, which LARS does not scale, have 0.024 of the weights' rate there. */
export const BARLOW_IMAGENET: Partial<Recipe> = { loss: { weight: 0.024 } }
export const BARLOW_CIFAR = { projector: WIDE_2048, loss: { weight: 0.1 }, ...NO_BLUR }
export const VICREG_CIFAR = {
  projector: WIDE_2048,
  views: { area: 0.2, solarize: { probability: 0.1 }, ...NO_BLUR.views },
}
export const W_MSE_IMAGENET = {
  encoder: 'resnet18',
  projector: { outputs: 128 },
  loss: { slice: 256 },
  ...NO_BLUR,
}
export const W_MSE_SMALL = ({ batch }: Scale): Partial<Recipe> => ({
  projector: { hidden: 512, outputs: Math.max(2, Math.min(32, batch / 4)) },
  loss: { slice: batch, eps: 1e-4 },
  ...adamw(2e-3, 1e-4),
  views: { jitter: 0.5 },
})
/** Its blur has 7 taps at 128 px. */
export const LEJEPA_VIT: Partial<Recipe> = {
  encoder: 'vit-s/8',
  encoderOptions: { dropPath: 0.1 },
  ...AT_128,
  warmup: 1,
  finalLearningRate: 0.5,
  views: { blur: blurAt(128, 7) },
}
