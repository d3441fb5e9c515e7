/** How good is a representation? Protocols with labels, measures without, each beside what needs no training. */

export { allFinite, type Bank } from '../encode/bank.js'
export { type Advice, advice, FEW_PICTURES, type History, SOME_PICTURES, STEADIER } from './advice.js'
export { adjustedRand, contingency, mutualInformation } from './agreement.js'
export { aheadOf, type Lead } from './ahead.js'
export { besideUntrained } from './beside.js'
export type { Blank } from './blank.js'
export { average, bootstrap } from './bootstrap.js'
export {
  CLICKS,
  type Clicked,
  type ClickQuestion,
  clickQuestions,
  clickRival,
  clicksInWords,
  preferred,
  SHOWN,
} from './clicks.js'
export { type ClusterScores, clusterScores } from './clusters.js'
export {
  type Ahead,
  type Decision,
  decide,
  type Evidence,
  type PerRival,
  RIVALS,
  type Rival,
  type Verdict,
} from './decide.js'
export { decisionInWords, handedOver, saidVerdict } from './decision-words.js'
export { type Difference, difference } from './difference.js'
export { type FewOptions, type FewScore, fewLabels } from './few.js'
export {
  FULL_SWEEP,
  fineTuned,
  planTuning,
  SEMI_SUPERVISED,
  SHORT_SWEEP,
  type Tuned,
  type TuningOptions,
} from './finetune.js'
export { type Answers, ask } from './finetune-ask.js'
export type { Round, Trial, TuningGrid, TuningPoint } from './finetune-choose.js'
export {
  type FitOptions,
  fit,
  type LabelledBatch,
  type LabelledPictures,
  type Network,
  type Wanted,
} from './finetune-fit.js'
export { foreignView, halfView } from './foreign-views.js'
export { foretoldClusters } from './foretold-clusters.js'
export { evening, FOREIGN, type ForeignView, foundBothWays, LOOKS } from './found-again.js'
export { type Hub, largestHub } from './hubs.js'
export { studentT } from './interval.js'
export { type JudgeOptions, judge, judgeSteps, type Kept } from './judge.js'
export { type Clustering, kmeans } from './kmeans.js'
export { type KnnOptions, knn } from './knn.js'
export { type KnnGrid, knnGrid } from './knn-grid.js'
export { alignment, effectiveRank, retrieval, uniformity } from './label-free.js'
export { holdOut, labelledShare } from './labelled.js'
export {
  BASELINES,
  type Baseline,
  CONTENDERS,
  type Contender,
  type GridPoint,
  type Line,
  lineOf,
  type PerContender,
  PROTOCOLS,
  type Protocol,
  type Table,
} from './line.js'
export { type LinearOptions, type LinearScore, linearProbe } from './linear.js'
export { type LogisticOptions, type LogisticScore, logisticRegression } from './logistic-regression.js'
export { type MapOptions, map2d, map2dSteps } from './map2d.js'
export type { Measured } from './measured.js'
export { counterPairs, folderPairs, type NaturalPairs, timePairs } from './natural-pairs.js'
export { type Neighbours, neighbours } from './neighbours.js'
export { type OnlineScores, onlineScores } from './online.js'
export { pixels } from './pixels.js'
export type { Sides } from './prepared.js'
export { BANK_PROTOCOLS, type BankProtocol, type Part } from './protocols.js'
export { type Partners, reciprocalRanks } from './reciprocal-ranks.js'
export { type SameClass, sameClass } from './same-class.js'
export type { Progress, Score } from './score.js'
export { signTest } from './sign-test.js'
export { type Standard, standard } from './standardise.js'
export { afterLook, asBest, type Look, type Standing } from './standing.js'
export { finishHearing, type Steps } from './steps.js'
export { noBetterThanClosed, summary } from './summary.js'
export { judgedUnlabelled } from './unlabelled.js'
export { vetoesOn } from './vetoes.js'
export { type BothSides, type Whitening, whitened, whitenedBy, whitening } from './whitened.js'
export {
  type LabelFreeLine,
  scoresOf,
  UNLABELLED,
  type Unlabelled,
  type Views,
  withoutLabels,
} from './without-labels.js'
export { type Worth, worthOf } from './worth.js'
