/** The claims of articles and papers as experiments: each study is data, and one engine runs them. */
export { type LabOptions, type Outcome, runStudies } from './lab.js'
export { findStudies, workerFor } from './own-studies.js'
export { writePaper } from './paper.js'
export { STUDIES } from './studies/index.js'
export {
  above,
  BUDGETS,
  type BudgetName,
  collapsed,
  fallsFurther,
  level,
  notAbove,
  notCollapsed,
  type Row,
  type Study,
} from './study.js'
