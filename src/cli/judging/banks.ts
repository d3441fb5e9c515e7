/** The protocols that need nothing but banks of features, on all contenders. */
import { UsageError } from '../../errors.js'
import {
  type Bank,
  type BankProtocol,
  type Contender,
  judge,
  type PerContender,
  type Progress,
  type Sides,
  type Table,
} from '../../judge/index.js'
import type { Tensor } from '../../torch/index.js'
import type { Side } from './sides.js'

export interface BankOptions {
  seed: number
  progress: Progress
  /** Told why they were left out. */
  note: (text: string) => void
}

/** Runs the protocols, or leaves a note why the banks do not allow it. */
export function judgeBanks(
  train: Side,
  test: Side,
  protocols: readonly BankProtocol[],
  { seed, progress, note }: BankOptions,
): Table {
  const classes = classesOf(train, test)
  const banks = Object.fromEntries(
    [...train.features.keys()].map((contender): [Contender, Sides] => [
      contender,
      { train: bankOf(train, contender, classes), test: bankOf(test, contender, classes) },
    ]),
  ) as PerContender<Sides>
  try {
    return judge(banks, protocols, { seed, progress })
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    note(`No classifier was tried on the features: ${error.message}.`)
    return []
  }
}

function bankOf(side: Side, contender: Contender, classes: number): Bank {
  const all = side.source.labels as Int32Array
  return {
    features: side.features.get(contender) as Tensor,
    labels: Int32Array.from(side.used, (index) => all[index] as number),
    classes,
  }
}

/** The same count for both sides, whichever of them has the last class. */
function classesOf(...sides: readonly Side[]): number {
  const counts = sides.map(({ source: { labels = new Int32Array(), classes = [] } }) =>
    labels.reduce((most, label) => Math.max(most, label + 1), classes.length),
  )
  return Math.max(...counts)
}
