/** The run folder on disk: written by train, read by everything else. Needs no libtorch. */
export { type Best, openedBest, saveBest } from './best.js'
export { type Checkpoint, loadCheckpoint, makingRoom, type Place, saveCheckpoint } from './checkpoint.js'
export { removeLeftovers, writeAtomically } from './files.js'
export { followMetrics, type Rewound } from './follow-metrics.js'
export {
  type LookLine,
  type MeasureLine,
  type MetricsLine,
  metricsLine,
  type PlanLine,
  type ProbeLine,
  planLine,
  quarantineLine,
  RUN_FORMAT,
  type RunRecord,
  type StepLine,
  type TrainingSummary,
  trainingSummary,
  type ViewsLine,
} from './format.js'
export { isObject, readSealed, sealOf, writeJson, writeSealed } from './json.js'
export { appendLine, readLines } from './lines.js'
export { freeReserve, keepReserve } from './reserve.js'
export {
  createRun,
  isRun,
  openRun,
  readPlan,
  readTraining,
  refuseExisting,
  rewindMetrics,
  runPaths,
  writeTraining,
} from './run-folder.js'
export { isSoundWeights, openedWeights, type Pieces, type WeightsFile, writeWeights } from './weights.js'
