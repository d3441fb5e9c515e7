export { renderReport } from './report.js'
export { type Pixels, sheet, thumbnail } from './sheet.js'
export { terminalTable } from './terminal.js'
export type {
  LabelFreeRow,
  MapData,
  MeasureRow,
  NeighbourRow,
  ReportData,
  Score,
  ScoreRow,
  StepRow,
  Thumb,
} from './types.js'
