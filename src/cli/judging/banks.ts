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
  /** Called as each protocol begins; what it returns is told how far that one is. */
  progress: () => Progress
  /** Told why a protocol was left out. */
  note: (text: string) => void
}

/** Runs the protocols one by one. One that so few pictures or labels do not allow is left out, with a note. */
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
  return protocols.flatMap((protocol) => {
    const told = progress()
    try {
      return judge(banks, [protocol], { seed, progress: told })
    } catch (error) {
      if (!(error instanceof UsageError)) throw error
      note(`The ${protocol} protocol was left out: ${error.message}.`)
      return []
    }
  })
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
