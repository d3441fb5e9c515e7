/** The arguments of the articles as experiments: each study is data, run by one engine. */
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
