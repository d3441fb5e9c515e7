import { UsageError } from '../errors.js'
import type { Progress } from './bank.js'
import { CONTENDERS, type Contender, type GridPoint, type PerContender, type Table } from './line.js'
import { prepared, type Sides } from './prepared.js'
import { BANK_PROTOCOLS, type BankProtocol, type Part, RUNS } from './protocols.js'

export interface JudgeOptions {
  /** Default 0. */
  seed?: number
  /** Done and total in protocols times contenders; done has a fraction. */
  progress?: Progress
  kept?: Kept
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
  { seed = 0, progress, kept }: JudgeOptions = {},
): Table {
  const contenders = CONTENDERS.filter((contender) => banks[contender])
  for (const contender of contenders) checkSame(banks, contender)
  const total = protocols.length * contenders.length
  let done = 0
  const judged = contenders.map((contender) => {
    const known = new Map(protocols.map((protocol) => [protocol, kept?.read(contender, protocol)]))
    const asked = (protocol: BankProtocol) => known.has(protocol) && !known.get(protocol)
    const needs = { nearest: asked('knn'), ranks: asked('retrieval'), seed }
    return prepared(banks[contender] as Sides, needs, (forms) =>
      protocols.map((protocol) => {
        const before = done++
        const found = known.get(protocol)
        const parts =
          found ?? RUNS[protocol](forms, seed, (part, of) => progress?.(before + part / of, total))
        if (!found) kept?.write(contender, protocol, parts)
        progress?.(done, total)
        return parts
      }),
    )
  })
  const [learned] = judged as [Part[][]]
  return protocols.flatMap((protocol, p) =>
    (learned[p] as Part[]).map(({ score: _, grid, ...line }, i) => {
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
