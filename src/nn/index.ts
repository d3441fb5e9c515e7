/** Layers, networks, optimisers, schedules and weights on disk. */
export { kaimingNormal, parameter } from './init.js'
export {
  Conv2d,
  type ConvOptions,
  forwardAll,
  globalAveragePool,
  Linear,
  type LinearOptions,
} from './layers.js'
export { Mlp, type MlpOptions } from './mlp.js'
export {
  buffers,
  disposeModule,
  EVAL,
  INITIALIZE,
  loadState,
  type Module,
  type Pass,
  parameterCount,
  parameters,
  stateDict,
  TRAIN,
} from './module.js'
export {
  type After,
  BatchNorm,
  createNorm,
  GroupNorm,
  NORM_NAMES,
  type Norm,
  type NormName,
  type NormOptions,
  standardizesWeights,
} from './norm.js'
export { adamw, lars, type Optimizer, sgd } from './optimizer.js'
export { ResNet, type ResNetOptions } from './resnet.js'
export { decodeSafetensors, encodeSafetensors } from './safetensors.js'
export { cosine, warmupCosine } from './schedule.js'
