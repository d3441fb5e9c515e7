/** What is hidden is predicted from what is not; for vision transformers. */
import * as views from '../augment/views.js'
import * as extract from '../extract/index.js'
import { mlp } from '../head.js'
import * as loss from '../loss/index.js'
import type { Nameless } from '../method.js'
import { adamw, cifar, imagenet, NO_BLUR, type Recipe, type Scale, small } from '../presets.js'
import * as similarity from '../similarity/index.js'
import { ITSELF } from '../target.js'
import { DINO_HEAD, DINO_SMALL, DINO_TEACHER, dino } from './clustering.js'

const SINES = { positions: 'fixed', pool: 'mean' } as const

export const mae: Nameless = {
  title: 'Masked autoencoder',
  paper: 'arXiv 2111.06377',
  year: 2021,
  idea: 'paints three quarters of the patches from the rest; needs a ViT',
  views: views.MAE_VIEWS,
  extract: extract.masked,
  projector: mlp(512, 0, { layers: 8, norm: 'layer' }),
  predictor: null,
  similarity: similarity.squaredDistance,
  loss: loss.reconstruction({ normalize: true }),
  target: ITSELF,
  presets: {
    imagenet: imagenet('the paper, appendix A.1', 4096, 800, adamw(1.5e-4, 0.05, 0.05, [0.9, 0.95]), {
      encoder: { name: 'vit-b', patch: 16, ...SINES },
      warmup: 40,
    }),
    cifar: cifar('none published: the paper’s on ViT-Ti/4', adamw(1.5e-4, 0.05, 0.05, [0.9, 0.95]), {
      encoder: { name: 'vit-ti', patch: 4, ...SINES },
      warmup: 40,
      projector: { hidden: 192, layers: 2 },
    }),
    small: small(
      ({ evalSize }: Scale): Partial<Recipe> => ({
        encoder: { name: 'vit-mini', patch: 4, ...SINES },
        size: evalSize,
        projector: { hidden: 64, layers: 1, outputs: 0 },
        ...adamw(1e-3, 0.05),
      }),
    ),
  },
}

export const ibot: Nameless = {
  ...dino,
  title: 'Image BERT with an online tokenizer',
  paper: 'arXiv 2111.07832',
  idea: 'DINO, and the same for every masked patch, as DINOv2 weighs them (arXiv 2304.07193); needs a ViT',
  views: views.maskedMultiCrop(10),
  extract: extract.tokens,
  projector: mlp(2048, 256, { ...DINO_HEAD, prototypes: 8192 }),
  loss: loss.patchDistillation({ ...DINO_TEACHER, classWeight: 1, patchWeight: 1, patchCentring: 'centre' }),
  presets: {
    imagenet: imagenet('bytedance/ibot, ViT-S/16', 1024, 800, adamw(5e-4, 0.04, 0.4), {
      encoder: { name: 'vit-s', patch: 16, dropPath: 0.1 },
      finalLearningRate: 5e-4,
      clip: 3,
      freezePrototypes: 1,
      loss: { teacherTemperature: 0.07, teacherWarmup: 30 },
      views: { area: 0.25, localArea: [0.05, 0.25] },
    } as const),
    cifar: cifar('none published: the paper’s on ViT-Ti/4', adamw(5e-4, 0.04, 0.4), {
      encoder: 'vit-ti/4',
      clip: 3,
      freezePrototypes: 1,
      projector: { prototypes: 4096 },
      views: { locals: 4, ...NO_BLUR.views },
    }),
    small: small(
      (scale: Scale): Partial<Recipe> => ({
        ...DINO_SMALL(scale),
        encoder: 'vit-mini/4',
        clip: 3,
        ...adamw(5e-4, 0.04),
        views: { locals: 0 },
      }),
    ),
  },
}
