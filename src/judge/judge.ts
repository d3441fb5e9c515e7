import { UsageError } from '../errors.js'
import { CONTENDERS, type Contender, type GridPoint, type PerContender, type Table } from './line.js'
import { type Prepared, prepare, type Sides } from './prepared.js'
import { BANK_PROTOCOLS, type BankProtocol, type Part, RUNS } from './protocols.js'
import type { Progress } from './score.js'
import { finish, type Steps } from './steps.js'

export interface JudgeOptions {
  /** Default 0. */
  seed?: number
  /** Done and total in protocols times contenders; done has a fraction. */
  progress?: Progress
  kept?: Kept
  /**
   * Told of a protocol that failed, and of the contender that it failed for; the table is made without it. Where this is absent
   * the first failure is thrown.
   */
  failed?: (protocol: BankProtocol, error: unknown, contender: Contender) => void
}

/** Answers of an earlier judgement. Whoever keeps them sees to it that they are about the same banks and seed. */
export interface Kept {
  read(contender: Contender, protocol: BankProtocol): Part[] | undefined
  write(contender: Contender, protocol: BankProtocol, parts: Part[]): void
}

/**
 * The table: every protocol on the learned features and on those of the others, with the same rule, seed and labelled
 * pictures for all of them. Contenders are judged one after the other, so that no more than one has its features in
 * memory in several forms.
 * @throws UsageError when banks do not fit together
 */
export function judge(
  banks: PerContender<Sides>,
  protocols: readonly BankProtocol[] = BANK_PROTOCOLS,
  options: JudgeOptions = {},
): Table {
  return finish(judgeSteps(banks, protocols, options))
}

/** As `judge`, with pauses of at most a second or so between. */
export function* judgeSteps(
  banks: PerContender<Sides>,
  protocols: readonly BankProtocol[],
  { seed = 0, progress, kept, failed }: JudgeOptions,
): Steps<Table> {
  const contenders = CONTENDERS.filter((contender) => banks[contender])
  for (const contender of contenders) checkSame(banks, contender)
  const total = protocols.length * contenders.length
  const left = new Set(protocols)
  const unlessFailing = function* <T>(
    protocol: BankProtocol,
    contender: Contender,
    run: () => Steps<T>,
  ): Steps<T | undefined> {
    if (!left.has(protocol)) return undefined
    try {
      return yield* run()
    } catch (error) {
      if (!failed) throw error
      left.delete(protocol)
      failed(protocol, error, contender)
      return undefined
    }
  }
  let done = 0
  const judgedBy = function* (contender: Contender): Steps<Part[][]> {
    const known = new Map(protocols.map((protocol) => [protocol, kept?.read(contender, protocol)]))
    const asked = (protocol: BankProtocol) => known.has(protocol) && !known.get(protocol)
    const needs = { nearest: asked('knn'), ranks: asked('retrieval'), seed }
    const each = function* (forms: Prepared | undefined, fault?: unknown): Steps<Part[][]> {
      const all: Part[][] = []
      for (const protocol of protocols) {
        const before = done++
        const parts = yield* unlessFailing(protocol, contender, function* () {
          const found = known.get(protocol)
          if (found) return found
          if (!forms) throw fault
          const made = yield* RUNS[protocol](forms, seed, (part, of) => progress?.(before + part / of, total))
          kept?.write(contender, protocol, made)
          return made
        })
        progress?.(done, total)
        all.push(parts ?? [])
        yield
      }
      return all
    }
    let forms: Prepared
    try {
      forms = prepare(banks[contender] as Sides, needs)
    } catch (error) {
      return yield* each(undefined, error)
    }
    try {
      return yield* each(forms)
    } finally {
      forms.dispose()
    }
  }
  const judged: Part[][][] = []
  for (const contender of contenders) judged.push(yield* judgedBy(contender))
  const [learned] = judged as [Part[][]]
  return protocols.flatMap((protocol, p) =>
    (left.has(protocol) ? (learned[p] as Part[]) : []).map(({ score: _, grid, ...line }, i) => {
      const each = <T>(of: (part: Part) => T) =>
        Object.fromEntries(
          contenders.map((contender, c) => [contender, of(judged[c]?.[p]?.[i] as Part)]),
        ) as PerContender<T>
      return {
        ...line,
        protocol,
        scores: each((part) => part.score),
        ...(grid && { grid: each((part) => part.grid as GridPoint[]) }),
      }
    }),
  )
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
