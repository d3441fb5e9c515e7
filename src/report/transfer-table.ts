/** The transfer table's rows, for the page and the terminal. */
import { CONTENDERS } from '../judge/line.js'
import { PUBLISHED_TRANSFER, publishedName } from '../judge/published.js'
import { half, leaders, namesOf } from './groups.js'
import type { TransferData } from './types.js'

export interface MeasuredRow {
  label: string
  /** One a set; undefined where that contender was not judged. All fractions of 1. */
  cells: ({ mean: number; half: number; best: boolean } | undefined)[]
  /** Over sets; undefined where one is missing. */
  mean: number | undefined
}

export interface PublishedRow {
  label: string
  cells: (number | undefined)[]
}

/** Contenders in their order, then published rows that say something of one of the sets. */
export function transferTable(
  { sets }: TransferData,
  given = false,
): {
  measured: MeasuredRow[]
  published: PublishedRow[]
} {
  const contenders = CONTENDERS.filter((name) => sets.some(({ line }) => line.scores[name]))
  const measured = contenders.map((name) => {
    const cells = sets.map(({ line }) => {
      const score = line.scores[name]
      return score && { mean: score.mean, half: half(score), best: leaders(line.scores).has(name) }
    })
    const means = cells.flatMap((cell) => (cell ? [cell.mean] : []))
    const mean =
      means.length === sets.length ? means.reduce((sum, one) => sum + one, 0) / means.length : undefined
    return { label: namesOf(given)[name], cells, mean }
  })
  const published = PUBLISHED_TRANSFER.map(({ label, scores }) => ({
    label,
    cells: sets.map(({ set }) => {
      const name = publishedName(set)
      return Object.hasOwn(scores, name) ? scores[name] : undefined
    }),
  })).filter(({ cells }) => cells.some((cell) => cell !== undefined))
  return { measured, published }
}
