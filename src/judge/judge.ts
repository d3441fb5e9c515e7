import { UsageError } from '../errors.js'
import type { Bank, Progress, Score } from './bank.js'
import { type FewOptions, type FewScore, fewLabels } from './few.js'
import { type KnnOptions, knn } from './knn.js'
import { type LinearOptions, type LinearScore, linearProbe } from './linear.js'

/** The representations that are compared: the one in question and the two it has to beat. */
export const CONTENDERS = ['learned', 'pixels', 'untrained'] as const
export type Contender = (typeof CONTENDERS)[number]
export type Row<S extends Score = Score> = Record<Contender, S>

export interface Table {
  knn?: Row
  linear?: Row<LinearScore>
  few?: Row<FewScore>
}
export type Protocol = keyof Table

export interface JudgeOptions {
  seed?: number
  knn?: Omit<KnnOptions, 'seed' | 'progress'>
  linear?: Omit<LinearOptions, 'seed' | 'progress'>
  few?: Omit<FewOptions, 'seed' | 'progress'>
  /** Done and total in protocols times representations; done has a fraction. */
  progress?: Progress
}

type Run = (
  train: Bank,
  test: Bank,
  options: JudgeOptions,
  shared: { seed: number; progress: Progress },
) => Score

const RUNS: Record<Protocol, Run> = {
  knn: (train, test, { knn: own }, shared) => knn(train, test, { ...own, ...shared }),
  linear: (train, test, { linear: own }, shared) => linearProbe(train, test, { ...own, ...shared }),
  few: (train, test, { few: own }, shared) => fewLabels(train, test, { ...own, ...shared }),
}

/** The protocols' names, quickest first. */
export const PROTOCOLS = Object.keys(RUNS) as Protocol[]

/**
 * The table: every protocol on the learned features, on raw pixels and on the untrained encoder's features, with the
 * same rule, seed and labelled pictures for all three.
 * @throws UsageError when banks do not fit together
 */
export function judge(
  banks: Record<Contender, { train: Bank; test: Bank }>,
  protocols: readonly Protocol[] = PROTOCOLS,
  options: JudgeOptions = {},
): Table {
  for (const contender of CONTENDERS) {
    for (const part of ['train', 'test'] as const) {
      const [own, first] = [banks[contender][part].labels, banks.learned[part].labels]
      if (own.length !== first.length || own.some((label, i) => label !== first[i])) {
        throw new UsageError(
          `expected the same ${part} pictures in the same order in all banks, got other labels for '${contender}': embed one list of pictures`,
        )
      }
    }
  }
  const total = protocols.length * CONTENDERS.length
  let done = 0
  const rows = protocols.map((protocol) => {
    const scores = CONTENDERS.map((contender) => {
      const { train, test } = banks[contender]
      const before = done++
      const progress: Progress = (part, of) => options.progress?.(before + part / of, total)
      const score = RUNS[protocol](train, test, options, { seed: options.seed ?? 0, progress })
      options.progress?.(done, total)
      return [contender, score] as const
    })
    return [protocol, Object.fromEntries(scores)] as const
  })
  return Object.fromEntries(rows) as Table
}
