import { UsageError } from '../errors.js'
import type { Bank, Progress, Score } from './bank.js'
import { type FewOptions, fewLabels } from './few.js'
import { type KnnOptions, knn } from './knn.js'
import {
  CONTENDERS,
  type Contender,
  type GridPoint,
  type Line,
  type PerContender,
  type Protocol,
  type Table,
} from './line.js'
import { type LinearOptions, linearProbe } from './linear.js'

/** Training and test pictures as one contender sees them. */
export interface Sides {
  train: Bank
  test: Bank
}

export interface JudgeOptions {
  seed?: number
  knn?: Omit<KnnOptions, 'seed' | 'progress'>
  linear?: Omit<LinearOptions, 'seed' | 'progress'>
  few?: Omit<FewOptions, 'seed' | 'progress'>
  /** Done and total in protocols times representations; done has a fraction. */
  progress?: Progress
}

/** What one protocol found for one contender: a line without the others. */
type Part = Omit<Line, 'protocol' | 'scores' | 'grid'> & { score: Score; grid?: GridPoint[] }

type Run = (sides: Sides, options: JudgeOptions, shared: { seed: number; progress: Progress }) => Part[]

const RUNS: Record<BankProtocol, Run> = {
  knn: ({ train, test }, { knn: own }, shared) => [
    {
      name: 'knn',
      label: 'Nearest neighbours',
      explanation: 'Each test picture takes the class that its nearest training pictures vote for.',
      score: knn(train, test, { ...own, ...shared }),
    },
  ],
  linear: ({ train, test }, { linear: own }, shared) => [
    {
      name: 'linear',
      label: 'All labels',
      explanation: 'A linear classifier learns from the labels of all training pictures.',
      score: linearProbe(train, test, { ...own, ...shared }),
    },
  ],
  few: ({ train, test }, { few: own }, shared) => {
    const score = fewLabels(train, test, { ...own, ...shared })
    return [
      {
        name: `few_${score.perClass}`,
        label: `${score.perClass} labels a class`,
        explanation:
          'A linear classifier learns from a few labelled pictures of each class, drawn several times; it is asked about all test pictures.',
        score,
      },
    ]
  },
}

/** The protocols that need nothing but banks of features, in the order of the table. */
export const BANK_PROTOCOLS = ['few', 'linear', 'knn'] as const satisfies readonly Protocol[]
export type BankProtocol = (typeof BANK_PROTOCOLS)[number]

/**
 * The table: every protocol on the learned features and on those of the others, with the same rule, seed and labelled
 * pictures for all of them.
 * @throws UsageError when banks do not fit together
 */
export function judge(
  banks: PerContender<Sides>,
  protocols: readonly BankProtocol[] = BANK_PROTOCOLS,
  options: JudgeOptions = {},
): Table {
  const contenders = CONTENDERS.filter((contender) => banks[contender])
  for (const contender of contenders) checkSame(banks, contender)
  const total = protocols.length * contenders.length
  let done = 0
  return protocols.flatMap((protocol) => {
    const parts = contenders.map((contender) => {
      const before = done++
      const progress: Progress = (part, of) => options.progress?.(before + part / of, total)
      const found = RUNS[protocol](banks[contender] as Sides, options, { seed: options.seed ?? 0, progress })
      options.progress?.(done, total)
      return [contender, found] as const
    })
    const [first] = parts
    return (first?.[1] ?? []).map(({ score: _, grid, ...line }, i): Line => {
      const each = <T>(of: (part: Part) => T) =>
        Object.fromEntries(
          parts.map(([contender, found]) => [contender, of(found[i] as Part)]),
        ) as PerContender<T>
      return {
        ...line,
        protocol,
        scores: each((part) => part.score),
        ...(grid && { grid: each((part) => part.grid as GridPoint[]) }),
      }
    })
  })
}

function checkSame(banks: PerContender<Sides>, contender: Contender): void {
  for (const part of ['train', 'test'] as const) {
    const own = (banks[contender] as Sides)[part].labels
    const first = banks.learned[part].labels
    if (own.length !== first.length || own.some((label, i) => label !== first[i])) {
      throw new UsageError(
        `expected the same ${part} pictures in the same order in all banks, got other labels for '${contender}': embed one list of pictures`,
      )
    }
  }
}
