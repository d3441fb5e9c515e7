/** Layers, networks, optimisers, schedules and weights on disk. */
export { kaimingNormal, parameter } from './init.js'
export { type After, BatchNorm, Conv2d, globalAveragePool, Linear, type Norm } from './layers.js'
export { Mlp, type MlpOptions } from './mlp.js'
export {
  buffers,
  disposeModule,
  EVAL,
  loadState,
  type Module,
  type Pass,
  parameterCount,
  parameters,
  stateDict,
  TRAIN,
} from './module.js'
export { adamw, lars, type Optimizer, sgd } from './optimizer.js'
export { ResNet, type ResNetOptions } from './resnet.js'
export { decodeSafetensors, encodeSafetensors } from './safetensors.js'
export { cosine, warmupCosine } from './schedule.js'
