/** The run folder on disk: written by train, read by everything else. Needs no libtorch. */
export { type Checkpoint, loadCheckpoint, saveCheckpoint } from './checkpoint.js'
export { writeAtomically } from './files.js'
export {
  appendLine,
  createRun,
  isRun,
  type MetricsLine,
  openRun,
  RUN_FORMAT,
  type RunRecord,
  readJson,
  readLines,
  refuseExisting,
  rewindMetrics,
  runPaths,
  writeJson,
} from './run-folder.js'
