/** Layers, networks, optimisers, schedules and weights on disk. */
export type { After, Norm, NormOptions } from './after.js'
export type { Amount } from './amount.js'
export { SelfAttention } from './attention.js'
export { BatchNorm, type BatchNormOptions } from './batch-norm.js'
export { Block } from './block.js'
export { DataAffine } from './data-affine.js'
export { GroupNorm, type GroupNormOptions } from './group-norm.js'
export { buffer, kaimingNormal, parameter } from './init.js'
export { LayerNorm } from './layer-norm.js'
export {
  Conv2d,
  type ConvOptions,
  forwardAll,
  globalAveragePool,
  Linear,
  type LinearOptions,
} from './layers.js'
export { type Adapted, adaptInto, few, type Translated, translateWeights } from './layouts/index.js'
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
export { createNorm, NORM_NAMES, type NormName, standardizesWeights } from './norm.js'
export { adamw, lars, type Optimizer, sgd } from './optimizer.js'
export { gatherTokens, patchify } from './patches.js'
export { ResNet, type ResNetDepth, type ResNetOptions, type ResNetPlan } from './resnet.js'
export {
  bytesInPieces,
  decodeSafetensors,
  encodeSafetensors,
  loadSafetensors,
  safetensorsPieces,
} from './safetensors.js'
export type { Ranges } from './safetensors-header.js'
export { cosine, warmupCosine } from './schedule.js'
export { TokenDecoder, type TokenDecoderOptions } from './token-decoder.js'
export { type VisionTokens, VisionTransformer, type VisionTransformerOptions } from './vit.js'
