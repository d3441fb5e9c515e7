/** The methods: each is data. A new one is a new object here, or in a file of your own. */
import { suggestion, UsageError } from '../errors.js'
import * as views from './augment/views.js'
import * as extract from './extract/index.js'
import { mlp, predictor } from './head.js'
import * as loss from './loss/index.js'
import type { Method } from './method.js'
import { adam, adamw, changed, cifar, imagenet, lars, sgd, small } from './presets.js'
import * as recipe from './recipes.js'
import * as similarity from './similarity/index.js'
import { ema, FROZEN, HARD_COPY, ITSELF, ITSELF_STOPPED } from './target.js'

type Nameless = Omit<Method, 'name'>

/** Grill et al. 2020, and DeepMind's released code where the two differ. */
const byol: Nameless = {
  title: 'Bootstrap Your Own Latent',
  paper: 'arXiv 2006.07733',
  year: 2020,
  idea: 'predicts what a slowly moving copy of itself says of another view, without negatives',
  views: views.BYOL_VIEWS,
  extract: extract.pooled,
  projector: mlp(4096, 256),
  predictor: predictor(4096),
  similarity: similarity.cosine,
  loss: loss.regression({ weight: 2 }),
  target: ema(0.99, 'cosine', 'own'),
  presets: {
    imagenet: imagenet('deepmind-research/byol: 72.5 %', 4096, 300, lars(0.3, 1e-6)),
    cifar: cifar('solo-learn: 92.58 %, there with clipped LARS', lars(1, 1e-5, 0.02), recipe.NO_BLUR),
    small: small(({ tau }) => ({ target: ema(tau, 'cosine', 'own') })),
  },
}

const byolRandomTarget: Nameless = {
  ...byol,
  title: 'BYOL with a frozen random target',
  idea: 'predicts what a random network says, and ends far above that network (BYOL, table 5a, tau 1)',
  target: FROZEN,
  presets: changed(byol.presets, { target: FROZEN }),
}

const byolHardCopy: Nameless = {
  ...byol,
  title: 'BYOL with tau 0 and a fast predictor',
  idea: 'the target is the last step’s network; a predictor ten times as fast keeps it from collapse (BYOL, table 21)',
  predictor: predictor(4096, { learningRate: 10 }),
  target: HARD_COPY,
  presets: changed(byol.presets, { target: HARD_COPY }),
}

const byolNegatives: Nameless = {
  ...byol,
  title: 'BYOL with negatives',
  idea: 'BYOL’s loss and beta times a contrast: beta 0 is BYOL, beta 1 without predictor and with itself as target SimCLR',
  loss: loss.regressionWithNegatives({ beta: 1, temperature: 0.3 }),
}

const simclr: Nameless = {
  title: 'SimCLR',
  paper: 'arXiv 2002.05709',
  year: 2020,
  idea: 'finds a picture’s other view among all views of the batch',
  views: views.SIMCLR_VIEWS,
  extract: extract.pooled,
  projector: mlp(2048, 128, { outputNorm: 'batch' }),
  predictor: null,
  similarity: similarity.cosine,
  loss: loss.infoNce({ temperature: 0.1 }),
  target: ITSELF,
  presets: {
    imagenet: imagenet('google-research/simclr: 69.3 %', 4096, 1000, lars(0.3, 1e-6)),
    cifar: cifar('the paper, appendix B.9: about 91 %', lars(1, 1e-4), recipe.SIMCLR_CIFAR),
    small: small(recipe.SIMCLR_SMALL),
  },
}

const simclrV2: Nameless = {
  ...simclr,
  title: 'SimCLR v2',
  paper: 'arXiv 2006.10029',
  idea: 'SimCLR with a deeper head, judged and fine-tuned from its middle; without the memory, worth 1 % there',
  projector: mlp(2048, 128, { layers: 3, outputNorm: 'batch' }),
  readout: { layers: 1 },
  presets: {
    imagenet: imagenet('google-research/simclr: 71.7 %', 4096, 800, lars(0.4, 1e-4)),
    cifar: cifar('none published: SimCLR’s', lars(1, 1e-4), recipe.SIMCLR_CIFAR),
    small: small(recipe.SIMCLR_SMALL),
  },
}

const simclrEma: Nameless = {
  ...simclr,
  title: 'SimCLR with a moving target',
  paper: 'arXiv 2006.07733',
  idea: 'SimCLR against a slowly moving copy of itself: 70.7 against 69.4 % in BYOL’s table 5b',
  target: ema(0.99),
  presets: { ...simclr.presets, small: small(({ tau }) => ({ ...recipe.SIMCLR_SMALL, target: ema(tau) })) },
}

const supcon: Nameless = {
  ...simclr,
  title: 'Supervised contrastive learning',
  paper: 'arXiv 2004.11362',
  idea: 'SimCLR with all pictures of a class as positives; the one method that needs labels',
  loss: loss.supervisedContrast({ temperature: 0.1 }),
  presets: {
    imagenet: imagenet('temperature and batch of the paper, the rest SimCLR’s', 6144, 700, lars(0.3, 1e-6)),
    cifar: cifar('solo-learn: 93.82 %', sgd(0.4, 1e-5), recipe.SUPCON_CIFAR),
    small: small(recipe.SIMCLR_SMALL),
  },
}

const cpcV2: Nameless = {
  title: 'Contrastive Predictive Coding v2',
  paper: 'arXiv 1905.09272',
  year: 2019,
  idea: 'finds the patch some rows below, from the patches above it',
  views: views.CPC_VIEWS,
  extract: extract.patches,
  projector: mlp(256, 64),
  predictor: null,
  similarity: similarity.dot,
  loss: loss.patchPrediction({ scale: 0.1 }),
  target: ITSELF,
  presets: {
    imagenet: imagenet('lightning-bolts: 54.82 %', 3072, 1000, recipe.amdimAdam(4e-5, 3072), recipe.CPC_128),
    cifar: cifar('lightning-bolts: 84.52 %', recipe.amdimAdam(4e-5, 64), { encoder: 'cpc', batch: 64 }),
    small: small(recipe.CPC_SMALL),
  },
}

const amdim: Nameless = {
  title: 'Augmented Multiscale Deep InfoMax',
  paper: 'arXiv 1906.00910',
  year: 2019,
  idea: 'from one place of a feature map, finds the places of the other view’s maps at several depths',
  views: views.AMDIM_VIEWS,
  extract: extract.depths,
  projector: mlp(1280, 1280),
  predictor: null,
  similarity: similarity.scaledDot,
  loss: loss.depthContrast({ comparisons: '01,02,11', penalty: 0.05, clip: 10 }),
  target: ITSELF,
  presets: {
    imagenet: imagenet('lightning-bolts', 200, 150, recipe.amdimAdam(2e-4, 200), recipe.AMDIM_128),
    cifar: cifar('lightning-bolts', recipe.amdimAdam(2e-4, 200), recipe.AMDIM_CIFAR),
    small: small(recipe.AMDIM_SMALL),
  },
}

const yadim: Nameless = {
  ...amdim,
  title: 'Yet Another Deep InfoMax',
  paper: 'arXiv 2009.00104',
  year: 2020,
  idea: 'AMDIM’s loss on the last map of any encoder, views of AMDIM and CPC; by recollection, its text could not be had',
  views: views.YADIM_VIEWS,
  extract: extract.lastMap,
  loss: loss.depthContrast({ comparisons: '00', penalty: 0.05, clip: 10 }),
  presets: {
    imagenet: imagenet('none known: AMDIM’s', 200, 150, recipe.amdimAdam(2e-4, 200), recipe.AT_128),
    cifar: cifar('none known: AMDIM’s', recipe.amdimAdam(2e-4, 200), recipe.YADIM_CIFAR),
    small: small(recipe.AMDIM_SMALL),
  },
}

const mocoV2: Nameless = {
  title: 'Momentum Contrast v2',
  paper: 'arXiv 2003.04297',
  year: 2020,
  idea: 'finds the other view’s key in a queue of earlier keys; batch norm is not shuffled, one process has one batch',
  views: views.QUERY_KEY_VIEWS,
  extract: extract.pooled,
  projector: mlp(2048, 128, { norm: 'none', outputBias: true }),
  predictor: null,
  similarity: similarity.cosine,
  loss: loss.queueContrast({ temperature: 0.2, queue: 65536 }),
  target: ema(0.999, 'constant'),
  presets: {
    imagenet: imagenet('facebookresearch/moco: 71.1 %', 256, 800, sgd(0.03, 1e-4), {
      warmup: 0,
    }),
    cifar: cifar('solo-learn: 92.94 %, there with symmetric views', sgd(0.3, 1e-4), recipe.MOCO_CIFAR),
    small: small(recipe.MOCO_SMALL),
  },
}

const simsiam: Nameless = {
  title: 'Simple Siamese networks',
  paper: 'arXiv 2011.10566',
  year: 2020,
  idea: 'BYOL without a moving target: its own answer, taken as given',
  views: views.MOCO_VIEWS,
  extract: extract.pooled,
  projector: mlp(2048, 2048, { layers: 3, ...recipe.BN_OUT }),
  predictor: predictor(512, { outputBias: true, schedule: 'constant' }),
  similarity: similarity.cosine,
  loss: loss.regression({ weight: 0.5 }),
  target: ITSELF_STOPPED,
  presets: {
    imagenet: imagenet('the paper, section 3: 68.1 %', 512, 100, sgd(0.05, 1e-4), { warmup: 0 }),
    cifar: cifar('solo-learn: 90.51 %', sgd(0.5, 1e-5), recipe.SMALL_CROPS),
    small: small({ projector: { hidden: 512, outputs: 512 }, predictor: { hidden: 128 } }),
  },
}

const swav: Nameless = {
  title: 'Swapping assignments between views',
  paper: 'arXiv 2006.09882',
  year: 2020,
  idea: 'predicts the cluster that another view was put in, clusters being equally full',
  views: views.multiCrop(6, { global: [0.14, 1], local: [0.05, 0.14] }),
  extract: extract.pooled,
  projector: mlp(2048, 128, { outputBias: true }),
  predictor: null,
  similarity: similarity.cosine,
  loss: loss.swappedAssignment(recipe.SWAV_LOSS),
  target: ITSELF_STOPPED,
  presets: {
    imagenet: imagenet('facebookresearch/swav: 75.3 %', 4096, 800, lars(0.3, 1e-6), recipe.SWAV_IMAGENET),
    cifar: cifar('solo-learn: 89.17 %, without local views', lars(0.6, 1e-6), recipe.SWAV_CIFAR),
    small: small(recipe.SWAV_SMALL),
  },
}

const dino: Nameless = {
  title: 'Self-distillation with no labels',
  paper: 'arXiv 2104.14294',
  year: 2021,
  idea: 'small views learn what a teacher says of large ones, centred and sharpened; a ViT then shows what it looks at',
  views: views.multiCrop(8),
  extract: extract.prototypes,
  projector: mlp(2048, 256, { ...recipe.DINO_HEAD, prototypes: 65536 }),
  predictor: null,
  similarity: similarity.cosine,
  loss: loss.distillation(recipe.DINO_TEACHER),
  target: ema(0.996),
  readout: { network: 'target' },
  presets: {
    imagenet: imagenet('the paper, ViT-S/16: 74.0 %', 512, 100, adamw(5e-4, 0.04, 0.4), recipe.DINO_VIT),
    cifar: cifar('solo-learn: 89.52 %, without local views', lars(0.3, 1e-6), recipe.DINO_CIFAR),
    small: small(recipe.DINO_SMALL),
  },
}

const mocoV3: Nameless = {
  title: 'MoCo v3',
  paper: 'arXiv 2104.02057',
  year: 2021,
  idea: 'contrast within the batch, with BYOL’s predictor and moving target',
  views: views.BYOL_VIEWS,
  extract: extract.pooled,
  projector: mlp(4096, 256, recipe.BN_OUT),
  predictor: predictor(4096, recipe.BN_OUT),
  similarity: similarity.cosine,
  loss: loss.infoNce({ temperature: 1, sameView: false, weight: 4 }),
  target: ema(0.996),
  presets: {
    imagenet: imagenet(
      'facebookresearch/moco-v3, ResNet-50: 72.8 %',
      4096,
      300,
      lars(0.3, 1e-6),
      recipe.MOCO_V3_IMAGENET,
    ),
    cifar: cifar('solo-learn: 93.10 %', lars(0.3, 1e-6), recipe.MOCO_V3_CIFAR),
    small: small(({ tau }) => ({ loss: recipe.MOCO_V3_SHARP, target: ema(tau) })),
  },
}

const nnclr: Nameless = {
  title: 'Nearest-neighbour contrast',
  paper: 'arXiv 2104.14548',
  year: 2021,
  idea: 'the positive is the nearest earlier picture, not only another view',
  views: views.SIMCLR_VIEWS,
  extract: extract.pooled,
  projector: mlp(2048, 256, { layers: 3, outputNorm: 'batch' }),
  predictor: predictor(4096, { outputBias: true }),
  similarity: similarity.cosine,
  loss: loss.nearestContrast({ temperature: 0.1, queue: 98304 }),
  target: ITSELF_STOPPED,
  presets: {
    imagenet: imagenet('the paper, section 4: 75.6 %', 4096, 1000, lars(0.3, 1e-6)),
    cifar: cifar('solo-learn: 91.88 %', lars(0.4, 1e-5), recipe.NNCLR_CIFAR),
    small: small(({ queue }) => ({ loss: { temperature: 0.2, queue }, views: { jitter: 0.5 } })),
  },
}

const barlowTwins: Nameless = {
  title: 'Barlow Twins',
  paper: 'arXiv 2103.03230',
  year: 2021,
  idea: 'each component agrees with itself in the other view and with no other component',
  views: views.BYOL_VIEWS,
  extract: extract.pooled,
  projector: mlp(8192, 8192, { layers: 3 }),
  predictor: null,
  similarity: similarity.crossCorrelation,
  loss: loss.redundancyReduction({ lambda: 0.0051, weight: 1 }),
  target: ITSELF,
  presets: {
    imagenet: imagenet('facebookresearch/barlowtwins', 2048, 1000, lars(0.2, 1e-6), recipe.BARLOW_IMAGENET),
    cifar: cifar('solo-learn: 92.10 %', lars(0.3, 1e-4), recipe.BARLOW_CIFAR),
    small: small({ projector: { hidden: 512, outputs: 512 }, loss: { weight: 0.02 } }),
  },
}

const vicreg: Nameless = {
  ...barlowTwins,
  title: 'Variance, invariance, covariance',
  paper: 'arXiv 2105.04906',
  idea: 'views alike, every component spread out, no two components telling the same',
  similarity: similarity.squaredDistance,
  loss: loss.varianceCovariance({ invariance: 25, variance: 25, covariance: 1 }),
  presets: {
    imagenet: imagenet('facebookresearch/vicreg', 2048, 1000, lars(0.2, 1e-6)),
    cifar: cifar('solo-learn: 92.07 %', lars(0.3, 1e-4), recipe.VICREG_CIFAR),
    small: small({ projector: { hidden: 512, outputs: 512 }, ...sgd(0.1, 1e-4, true) }),
  },
}

const wMse: Nameless = {
  title: 'Whitening MSE',
  paper: 'arXiv 2007.06346',
  year: 2020,
  idea: 'views alike after each slice of the batch was whitened, which leaves no room for collapse',
  views: views.SIMCLR_VIEWS,
  extract: extract.pooled,
  projector: mlp(1024, 64, { outputBias: true }),
  predictor: null,
  similarity: similarity.cosine,
  loss: loss.whitenedDistance({ slice: 128, iterations: 1, eps: 0 }),
  target: ITSELF,
  presets: {
    imagenet: imagenet('htdt, ImageNet-100', 512, 240, adam(1e-3, 1e-6), recipe.W_MSE_IMAGENET),
    cifar: cifar('solo-learn: 88.67 %', adam(2e-3, 1e-6), recipe.W_MSE_CIFAR),
    small: small(recipe.W_MSE_SMALL),
  },
}

const densecl: Nameless = {
  ...mocoV2,
  title: 'Dense contrastive learning',
  paper: 'arXiv 2011.09157',
  idea: 'MoCo on whole pictures and on the matching places of two maps',
  extract: extract.dense,
  loss: loss.denseContrast({ temperature: 0.2, queue: 65536, lambda: 0.5 }),
  presets: {
    imagenet: imagenet('the paper, section 4.1: 63.5 %', 256, 200, sgd(0.03, 1e-4), { warmup: 0 }),
    cifar: cifar('none published: MoCo v2’s', sgd(0.3, 1e-4), recipe.MOCO_CIFAR),
    small: small(recipe.MOCO_SMALL),
  },
}

const mae: Nameless = {
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
    imagenet: imagenet(
      'the paper, appendix A.1',
      4096,
      800,
      adamw(1.5e-4, 0.05, 0.05, [0.9, 0.95]),
      recipe.MAE_VIT,
    ),
    cifar: cifar(
      'none published: the paper’s on ViT-Ti/4',
      adamw(1.5e-4, 0.05, 0.05, [0.9, 0.95]),
      recipe.MAE_CIFAR,
    ),
    small: small(recipe.MAE_SMALL),
  },
}

const ibot: Nameless = {
  ...dino,
  title: 'Image BERT with an online tokenizer',
  paper: 'arXiv 2111.07832',
  idea: 'DINO, and the same for every masked patch, as DINOv2 weighs them (arXiv 2304.07193); needs a ViT',
  views: views.maskedMultiCrop(10),
  extract: extract.tokens,
  projector: mlp(2048, 256, { ...recipe.DINO_HEAD, prototypes: 8192 }),
  loss: loss.patchDistillation(recipe.IBOT_LOSS),
  presets: {
    imagenet: imagenet('bytedance/ibot, ViT-S/16', 1024, 800, adamw(5e-4, 0.04, 0.4), recipe.IBOT_VIT),
    cifar: cifar('none published: the paper’s on ViT-Ti/4', adamw(5e-4, 0.04, 0.4), recipe.IBOT_CIFAR),
    small: small(recipe.IBOT_SMALL),
  },
}

const lejepa: Nameless = {
  title: 'LeJEPA',
  paper: 'arXiv 2511.08544',
  year: 2025,
  idea: 'views alike and all vectors together an isotropic Gaussian; no target, no stop-gradient',
  views: views.LEJEPA_VIEWS,
  extract: extract.pooled,
  projector: mlp(2048, 16, { layers: 3, outputBias: true }),
  predictor: null,
  similarity: similarity.squaredDistance,
  loss: loss.isotropicGaussian({ lambda: 0.02, directions: 256 }),
  target: ITSELF,
  presets: {
    imagenet: imagenet('its example, Imagenette: 90.7 %', 256, 800, adamw(2e-3, 0.05), recipe.LEJEPA_VIT),
    cifar: cifar('none published: its example', adamw(2e-3, 0.05), { warmup: 1, ...recipe.NO_BLUR }),
    small: small({ projector: { hidden: 512, outputs: 32 }, ...adamw(2e-3, 1e-3), views: { jitter: 0.5 } }),
  },
}

export const METHODS: Readonly<Record<string, Method>> = named({
  byol,
  'byol-random-target': byolRandomTarget,
  'byol-hard-copy': byolHardCopy,
  'byol-negatives': byolNegatives,
  simclr,
  'simclr-v2': simclrV2,
  'simclr-ema': simclrEma,
  supcon,
  'cpc-v2': cpcV2,
  amdim,
  yadim,
  'moco-v2': mocoV2,
  simsiam,
  swav,
  dino,
  'moco-v3': mocoV3,
  nnclr,
  'barlow-twins': barlowTwins,
  vicreg,
  'w-mse': wMse,
  densecl,
  mae,
  ibot,
  lejepa,
})

function named(methods: Record<string, Nameless>): Record<string, Method> {
  return Object.fromEntries(Object.entries(methods).map(([name, method]) => [name, { name, ...method }]))
}

/** @throws UsageError with the nearest right name */
export function findMethod(name: string): Method {
  const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined
  if (!method) throw new UsageError(`there is no method '${name}': ${suggestion(name, Object.keys(METHODS))}`)
  return method
}
