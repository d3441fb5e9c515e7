/** A trained encoder put to work: exported, or used from its run by libtorch. */
export { type Exported, type ExportOptions, exportRun, FORMATS, type Format } from './export.js'
export { SCHEMES, type Scheme } from './metadata.js'
export { openRunModel, type RunModelOptions } from './run-model.js'
