export { renderReport } from './report.js'
export { type Pixels, sheet, thumbnail } from './sheet.js'
export { terminalDecision, terminalLabelFree, terminalTable, terminalTransfer } from './terminal.js'
export type { ClickData, MapData, NeighbourRow, ReportData, Thumb } from './types.js'
