/** Selfsame: self-supervised learning of image representations. Tensors are in `selfsame/torch`, layers in `selfsame/nn`. */
import * as views from './learn/augment/views.js'
import * as extract from './learn/extract/index.js'
import * as loss from './learn/loss/index.js'
import * as similarity from './learn/similarity/index.js'

export { embed } from './encode/embed.js'
export type { Encoder, MapEncoder, TokenEncoder } from './encode/encoder.js'
export type { Preprocess } from './encode/preprocess.js'
export { SelfsameError, UsageError } from './errors.js'
export { type Exported, type ExportOptions, exportRun, openRunModel } from './export/index.js'
export {
  type Check,
  checkData,
  checkText,
  type Data,
  decodedAs,
  openData,
  type Picture,
  packData,
  type Source,
} from './images/index.js'
export {
  effectiveRank,
  fewLabels,
  judge,
  knn,
  linearProbe,
  logisticRegression,
  neighbours,
} from './judge/index.js'
export {
  above,
  collapsed,
  fallsFurther,
  level,
  notAbove,
  notCollapsed,
  STUDIES,
  type Study,
} from './lab/index.js'
export { collapseMetrics, diagnoseCollapse, type Measures, type Verdict } from './learn/collapse.js'
export { defineLoss, defineMethod, type LossDraft, type LossInput, type MethodDraft } from './learn/define.js'
export type { EncoderFactory } from './learn/encoder/spec.js'
export { factsOf } from './learn/facts.js'
export { mlp, predictor } from './learn/head.js'
export type { Method } from './learn/method.js'
export { findMethod, METHODS } from './learn/methods/index.js'
export { adam, adamw, cifar, imagenet, lars, sgd, small } from './learn/presets.js'
export { type Overrides, preprocessOf, resolveSettings, type Settings } from './learn/settings.js'
export { createState, disposeState, representation, stateTensors, type TrainingState } from './learn/state.js'
// configs kept in run folders know the last one by its earlier name
export {
  ema,
  FROZEN,
  HARD_COPY,
  ITSELF,
  STOP_GRADIENT,
  STOP_GRADIENT as ITSELF_STOPPED,
} from './learn/target.js'
export { type AttentionOptions, showAttention } from './library/attention.js'
export { type EvaluateOptions, type Evaluation, evaluateRun } from './library/evaluate.js'
export { type LoadedEncoder, type LoadOptions, loadEncoder, type Vectors } from './library/load-encoder.js'
export type { Run } from './library/run.js'
export { type TrainOptions, train } from './library/train.js'
export {
  followMetrics,
  type MetricsLine,
  type Rewound,
  type TrainingSummary,
} from './run/index.js'
export { type Progress, SILENT } from './trainer/progress.js'
export type { RunEvent } from './trainer/session.js'
/** The five choices' parts, for methods of one's own. */
export { extract, loss, similarity, views }
