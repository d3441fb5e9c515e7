import type { Score } from './bank.js'
import { type Contender, lineOf, type PerContender, type Table } from './line.js'

/** What can be said without labels. */
export interface LabelFree {
  /** See `retrieval`. */
  retrieval?: PerContender<Score>
}

interface Measure {
  row: PerContender<Score>
  words: string
}

type Rival = Exclude<Contender, 'learned' | 'supervised'>
const NAMES: Record<Rival, string> = { pixels: 'raw pixels', untrained: 'the untrained network' }

/**
 * One plain sentence on whether the learned features are worth having: by the measure that needs the fewest labels, and
 * by any other where they clearly lose to pixels. A difference within two standard errors is called no clear one.
 */
export function summary(table: Table, labelFree: LabelFree = {}): string {
  const [main, ...others] = measures(table, labelFree)
  if (!main) return 'Nothing was measured, so nothing can be said of the learned features.'
  const pixels = compare(main.row, 'pixels')
  const untrained = compare(main.row, 'untrained')
  const lost = others
    .map(({ row, words }) => ({ ...compare(row, 'pixels'), words }))
    .filter(({ verdict }) => verdict === 'worse')
    .map(({ points, words }) => `${words} they are ${points} points worse than raw pixels`)
  const tail = lost.length > 0 ? `; but ${lost.join(' and ')}` : ''
  return `${headline(pixels, untrained, main.words)}${tail}.`
}

interface Comparison {
  verdict: 'better' | 'level' | 'worse'
  points: string
  name: string
}

function headline(pixels: Comparison, untrained: Comparison, words: string): string {
  if (pixels.verdict === 'better' && untrained.verdict === 'better') {
    return `The learned features beat raw pixels by ${pixels.points} points and the untrained network by ${untrained.points} ${words}`
  }
  const advice =
    pixels.verdict === 'better'
      ? 'the training itself has added nothing that shows'
      : 'train longer or on more pictures'
  return `The learned features ${relation(pixels)} and ${relation(untrained)} ${words}: ${advice}`
}

function relation({ verdict, points, name }: Comparison): string {
  const relations = {
    better: `beat ${name} by ${points} points`,
    level: `show no clear difference from ${name} (${points} points, within two standard errors)`,
    worse: `are ${points} points worse than ${name}`,
  }
  return relations[verdict]
}

function measures(table: Table, { retrieval }: LabelFree): Measure[] {
  const few = table.find(({ protocol }) => protocol === 'few')
  const [linear, knn] = [lineOf(table, 'linear'), lineOf(table, 'knn')]
  return [
    few && { row: few.scores, words: `with ${few.label}` },
    linear && { row: linear.scores, words: 'in the linear probe with all labels' },
    knn && { row: knn.scores, words: 'in nearest-neighbour classification' },
    retrieval && { row: retrieval, words: 'at finding the other view of a picture' },
  ].filter((measure) => measure !== undefined)
}

function compare(row: PerContender<Score>, rival: Rival): Comparison {
  const [own, other] = [row.learned, row[rival] as Score]
  const difference = own.mean - other.mean
  const verdict =
    Math.abs(difference) <= 2 * Math.hypot(own.error, other.error)
      ? 'level'
      : difference > 0
        ? 'better'
        : 'worse'
  const size = (100 * Math.abs(difference)).toFixed(1)
  const points = verdict === 'level' && difference < 0 ? `-${size}` : verdict === 'level' ? `+${size}` : size
  return { verdict, points, name: NAMES[rival] }
}
