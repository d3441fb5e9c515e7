import { difference } from './difference.js'
import { type Contender, type Line, lineOf, type PerContender, type Table } from './line.js'
import type { Score } from './score.js'
import { type LabelFreeLine, scoresOf } from './without-labels.js'

interface Measure {
  row: PerContender<Score>
  words: string
}

type Rival = Exclude<Contender, 'learned' | 'supervised'>
const NAMES: Record<Rival, string> = { pixels: 'raw pixels', untrained: 'the untrained network' }

/**
 * One plain sentence on whether the learned features are worth having: by the measure that needs the fewest labels, and
 * by any other where they clearly lose to pixels. A difference whose 95 % interval has 0 in it is called no clear one.
 * @param alike whether all pictures that were judged are the same one
 */
export function summary(table: Table, labelFree: readonly LabelFreeLine[] = [], alike = false): string {
  if (alike)
    return 'All pictures that were judged are the same one, so nothing can be said of the learned features.'
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
  return `The learned features ${relation(pixels)} and ${relation(untrained)} ${words}`
}

function relation({ verdict, points, name }: Comparison): string {
  const relations = {
    better: `beat ${name} by ${points} points`,
    level: `show no clear difference from ${name} (${points} points, which may be chance)`,
    worse: `are ${points} points worse than ${name}`,
  }
  return relations[verdict]
}

function measures(table: Table, labelFree: readonly LabelFreeLine[]): Measure[] {
  const few = lineOf(table, 'few_10') ?? table.find(({ protocol }) => protocol === 'few')
  const retrieval = labelFree.find(({ name }) => name === 'retrieval')
  const named: [Line | undefined, string][] = [
    [few, `with ${few?.label}`],
    [lineOf(table, 'linear'), 'in the linear probe with all labels'],
    [lineOf(table, 'logistic'), 'in logistic regression with all labels'],
    [lineOf(table, 'knn'), 'in nearest-neighbour classification'],
  ]
  return [
    ...named.flatMap(([line, words]) => (line ? [{ row: line.scores, words }] : [])),
    ...(retrieval ? [{ row: scoresOf(retrieval), words: 'at finding the other view of a picture' }] : []),
  ]
}

function compare(row: PerContender<Score>, rival: Rival): Comparison {
  const { mean, verdict } = difference(row.learned, row[rival] as Score)
  const size = (100 * Math.abs(mean)).toFixed(1)
  const points = verdict !== 'level' ? size : `${mean < 0 ? '-' : '+'}${size}`
  return { verdict, points, name: NAMES[rival] }
}
