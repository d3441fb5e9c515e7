/** Projectors and predictors as data, and their modules. */
import { Mlp, type NormName, parameter } from '../nn/index.js'
import { ops, type Tensor } from '../torch/index.js'
import type { FrozenAtFirst } from './frozen.js'
import { normalize } from './similarity/cosine.js'

/** Linear maps with a norm and an activation after each but the last. */
export interface HeadSpec {
  /** Width between the layers. */
  hidden: number
  outputs: number
  /** Linear maps: 1 has no hidden layer. */
  layers: number
  /** After each hidden layer. */
  norm: NormName
  /** After the last. */
  outputNorm: NormName
  /** Whether that last norm has a scale and shift of its own. */
  outputAffine: boolean
  activation: 'relu' | 'gelu'
  /** Bias of the last layer. */
  outputBias: boolean
  /** Number of prototypes that the normalised output is compared with (DINO's last layer); 0 for none. */
  prototypes: number
}

/** A head that learns at its own pace. */
export interface PredictorSpec extends Omit<HeadSpec, 'outputs' | 'prototypes'> {
  /** Multiplies the learning rate. */
  learningRate: number
  /** `constant` keeps its learning rate at the base through the run (SimSiam). */
  schedule: 'cosine' | 'constant'
  /** Steps it takes for each step of the rest. */
  updates: number
}

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
