/** The table of a judgement: one line a figure, every contender's score in it. */
import type { Score } from './score.js'

/** Whose representation: the one in question, and those it has to beat. */
export const CONTENDERS = ['learned', 'pixels', 'whitened', 'untrained', 'closed', 'supervised'] as const
export type Contender = (typeof CONTENDERS)[number]

/** Those that no gradient was taken for: what training is not worth its time without beating. */
export const BASELINES = ['pixels', 'whitened', 'untrained', 'closed'] as const satisfies Contender[]
export type Baseline = (typeof BASELINES)[number]

/** The protocols' names. All but `finetune` work on cached banks of features: see `judge`. */
export const PROTOCOLS = ['knn', 'linear', 'logistic', 'few', 'finetune', 'retrieval', 'clustering'] as const
export type Protocol = (typeof PROTOCOLS)[number]

/** One point of a grid that was searched, such as `{ k: 20, temperature: 0.1, held_out: 0.86, test: 0.85 }`. */
export type GridPoint = Record<string, number>

/** What every contender has that a figure makes sense for; `learned` is always there. */
export type PerContender<T> = { learned: T } & Partial<Record<Contender, T>>

/** One figure of one protocol. */
export interface Line {
  protocol: Protocol
  /** Unique in a table, in snake_case: `knn`, `few_10`, `few_1_percent`, `recall_at_1`, `nmi`. */
  name: string
  /** What a reader sees: `10 labels a class`. */
  label: string
  /** One sentence for someone who has not read the code. */
  explanation: string
  /** Fractions of 1. */
  scores: PerContender<Score>
  /** What was chosen for the learned features: k, temperature, penalty, learning rate, epochs. */
  chosen?: Record<string, number | string>
  /** All that was chosen from. */
  grid?: PerContender<GridPoint[]>
}

export type Table = Line[]

/** The line of that name, if the table has one. */
export function lineOf(table: Table, name: string): Line | undefined {
  return table.find((line) => line.name === name)
}
