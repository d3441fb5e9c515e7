/** The arguments of the articles as experiments: each study is data, run by one engine. */
export { type Outcome, runStudies } from './lab.js'
export { writePaper } from './paper.js'
export { STUDIES } from './studies/index.js'
export { BUDGETS, type BudgetName, type Study } from './study.js'
