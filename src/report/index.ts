export { renderReport } from './report.js'
export { type Pixels, sheet, thumbnail } from './sheet.js'
export { terminalLabelFree, terminalTable, terminalTransfer } from './terminal.js'
export type { MapData, MeasureRow, NeighbourRow, ProbeRow, ReportData, StepRow, Thumb } from './types.js'
