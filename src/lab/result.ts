/** What is measured of one network. */
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

/** How training ended: the verdict on collapse, or `diverged` where a loss or feature was not finite, and accuracies are those of a guess. */
export type Ending = CollapseState | 'diverged'

export interface Result {
  /** Logistic regression on the frozen encoder, fraction of 1. */
  linear: number
  /** Weighted 20-NN, fraction of 1. */
  knn: number
  /** 20-NN after half of the steps, on fewer pictures: comparable between rows, not with `knn`. */
  halfway?: number
  /** The same after the first and the second layer of the projector, where `Trial.readouts` asks for them. */
  layer1?: number
  layer2?: number
  /** Mean cosine of two views of one picture at the end; absent without training or with a single view. */
  positive?: number
  /** Mean cosine of different pictures at the end. */
  others?: number
  /** Effective rank of the projections at the end. */
  rank?: number
  /** Share of the variance of the pictures' colour histograms that a linear map reads off the features, at most 1. */
  colour?: number
  state?: Ending
  /** `others` after each quarter of the run. */
  quarters?: number[]
  steps: number
  /** Processor seconds of all threads, for training and measuring. */
  seconds: number
  precision: Settings['precision']
  processor: string
}

/** The results of each row, one a seed; a row that is not done has none. */
export type Results = ReadonlyMap<string, readonly Result[]>

/** In points of a percent, or units of the measure; one a seed. */
export function scaledValues(results: Results, row: string, measure: Measure): number[] {
  return mixedValues(results, row, [{ measure, weight: 1 }])
}

/** A weighted sum of one network's measures. */
export type Mix = readonly { measure: Measure; weight: number }[]

/** The value of a mix for each seed that has all of its measures. */
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
