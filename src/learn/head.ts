/** Projectors and predictors as data, and their modules. */
import { Mlp, parameter } from '../nn/index.js'
import { ops, type Tensor } from '../torch/index.js'
import type { FrozenAtFirst } from './frozen.js'
import type { HeadSpec, PredictorSpec } from './settings-schema.js'
import { normalize } from './similarity/cosine.js'

const TWO_LAYERS = {
  layers: 2,
  norm: 'batch',
  outputNorm: 'none',
  outputAffine: true,
  activation: 'relu',
  outputBias: false,
} as const

/** A projector: BYOL's form (Linear, batch norm, ReLU, Linear without bias) but for `changes`. */
export function mlp(hidden: number, outputs: number, changes: Partial<HeadSpec> = {}): HeadSpec {
  return { hidden, outputs, ...TWO_LAYERS, prototypes: 0, ...changes }
}

/** Where vectors are compared as the encoder gives them. */
export const NO_HEAD: HeadSpec = mlp(1, 0)

/** A predictor of the same form; its outputs are the projector's. */
export function predictor(hidden: number, changes: Partial<PredictorSpec> = {}): PredictorSpec {
  return { hidden, ...TWO_LAYERS, learningRate: 1, schedule: 'cosine', updates: 1, ...changes }
}

/** Unit vectors that outputs are compared with; their length is no parameter, as in DINO's frozen weight norm. */
export class Prototypes implements FrozenAtFirst {
  readonly prototypes: Tensor

  constructor(count: number, dimension: number) {
    this.prototypes = parameter(() => ops.empty([count, dimension]).normal_(0, 0.02))
  }

  frozenAtFirst(): Tensor[] {
    return [this.prototypes]
  }

  /** Cosines of `[…, D]` with every prototype, `[…, count]`. */
  forward(x: Tensor): Tensor {
    return ops.linear(normalize(x), normalize(this.prototypes))
  }
}

/** The module of a projector on vectors of length `inputs`. */
export function buildMlp(
  inputs: number,
  spec: Omit<HeadSpec, 'outputs' | 'prototypes'> & { outputs: number },
): Mlp {
  return new Mlp({ ...spec, inputs })
}
