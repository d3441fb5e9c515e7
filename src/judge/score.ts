/** How well a protocol did, with how far to trust it. All are fractions of 1. */
export interface Score {
  /** The share of test pictures that were classified rightly. */
  mean: number
  /** The standard deviation of `values`. */
  spread: number
  /** The repeats; each protocol says what it repeats. Never empty. */
  values: number[]
  /**
   * `mean` with the test pictures drawn anew, repeat by repeat the same pictures for all who are asked about them; only where
   * `values` are other repeats than that.
   */
  resampled?: number[]
  /** The standard error of `mean`, the finite number of test pictures included. */
  error: number
  /**
   * The 95 % confidence interval, within 0 to 1: percentiles of the bootstrap where test pictures are drawn anew, Student's
   * t where labelled pictures or seeds are; each protocol says which.
   */
  low: number
  high: number
}

/** Called now and then by what takes more than a second, with the steps done and the steps in all. */
export type Progress = (done: number, total: number) => void
