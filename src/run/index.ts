/** The run folder on disk: written by train, read by everything else. Needs no libtorch. */
export { type Checkpoint, loadCheckpoint, makingRoom, type Place, saveCheckpoint } from './checkpoint.js'
export { removeLeftovers, writeAtomically } from './files.js'
export {
  type MeasureLine,
  type MetricsLine,
  metricsLine,
  type ProbeLine,
  quarantineLine,
  RUN_FORMAT,
  type RunRecord,
  type StepLine,
  type TrainingSummary,
} from './format.js'
export { isObject, readSealed, sealOf, writeJson, writeSealed } from './json.js'
export { freeReserve, keepReserve } from './reserve.js'
export {
  appendLine,
  createRun,
  isRun,
  openRun,
  readLines,
  readTraining,
  refuseExisting,
  rewindMetrics,
  runPaths,
} from './run-folder.js'
export { isSoundWeights, openedWeights, type Pieces, type WeightsFile, writeWeights } from './weights.js'
