/** What is measured of one trained network. */
import type { CollapseState } from '../learn/collapse.js'
import type { Settings } from '../learn/settings.js'

/** What rows are compared by. Those in percent are fractions of 1. */
export const MEASURES = {
  linear: { title: 'linear', percent: true },
  knn: { title: '20-NN', percent: true },
  halfway: { title: '20-NN halfway', percent: true },
  layer1: { title: 'linear, 1 layer up the head', percent: true },
  layer2: { title: '2 layers up', percent: true },
  positive: { title: 'cosine, same picture', percent: false },
  others: { title: 'cosine, others', percent: false },
  rank: { title: 'rank', percent: false },
  colour: { title: 'colour read off', percent: true },
} as const
export type Measure = keyof typeof MEASURES

/** The watch's verdict, or that numbers were no finite ones any more: training stopped there, and accuracies are those of a guess. */
export type Ending = CollapseState | 'diverged'

export interface Result {
  /** Logistic regression on the frozen encoder, fraction of 1. */
  linear: number
  /** Weighted 20-NN, fraction of 1. */
  knn: number
  /** 20-NN after half of the run, on fewer pictures: for its direction. */
  halfway?: number
  /** The same after the first and the second layer of the projector, where asked for. */
  layer1?: number
  layer2?: number
  /** Mean cosine of two views of one picture at the end; absent for what was not trained or has one view. */
  positive?: number
  /** Mean cosine of different pictures at the end. */
  others?: number
  /** Directions in use at the end, of those the projection has. */
  rank?: number
  /** Share of the variance of the pictures' colour histograms that a linear map reads off the features, at most 1. */
  colour?: number
  state?: Ending
  /** `others` after each quarter of the run. */
  quarters?: number[]
  steps: number
  /** Of one core, for training and measuring. */
  seconds: number
  /** What it was trained in, and on. */
  precision: Settings['precision']
  processor: string
}

/** The results of each row, one a seed; a row that is not done has none. */
export type Results = ReadonlyMap<string, readonly Result[]>

/** In points of a percent, or units of the measure; one a seed. */
export function scaledValues(results: Results, row: string, measure: Measure): number[] {
  return mixedValues(results, row, [{ measure, weight: 1 }])
}

/** Weighted measures of one network that are added up. */
export type Mix = readonly { measure: Measure; weight: number }[]

/** The sum for each seed that has all of the measures. */
export function mixedValues(results: Results, row: string, mix: Mix): number[] {
  return (results.get(row) ?? []).flatMap((result) => {
    const terms = mix.map(({ measure, weight }) => {
      const scale = MEASURES[measure].percent ? 100 : 1
      return weight * scale * (result[measure] ?? Number.NaN)
    })
    const sum = terms.reduce((total, term) => total + term, 0)
    return Number.isNaN(sum) ? [] : [sum]
  })
}
