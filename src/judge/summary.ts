/** The headline of a judgement: what the learned features are better at, and what they are worse at. */
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
const GIVEN: Record<Rival, string> = { ...NAMES, untrained: 'the encoder as given' }

/**
 * One plain sentence on whether the learned features are worth having. With labels: by the measure that needs the fewest of
 * them, and whatever else they clearly lose at. Without: by each measure of which more is better. Each lead has half of its
 * own 95 % interval; one whose interval has 0 in it is called about equal.
 * @param alike whether all pictures that were judged are the same one
 * @param given whether training began from given weights
 */
export function summary(
  table: Table,
  labelFree: readonly LabelFreeLine[] = [],
  alike = false,
  given = false,
): string {
  if (alike)
    return 'All pictures that were judged are the same one, so nothing can be said of the learned features.'
  const labelled = withLabels(table)
  const free = withoutLabels(labelFree)
  const [main, ...others] = [...labelled, ...free]
  if (!main) return 'Nothing was measured, so nothing can be said of the learned features.'
  const names = given ? GIVEN : NAMES
  const told =
    labelled.length === 0
      ? free.slice(1).map((measure) => whole(measure, names))
      : others.flatMap((measure) => lost(measure, names))
  return [`The learned features ${relations(main, names)} ${main.words}`, ...told].join('; ').concat('.')
}

type Names = typeof NAMES

function whole(measure: Measure, names: Names): string {
  return `${measure.words} they ${relations(measure, names)}`
}

/** What is said of a measure that is not the main one: only where they are worse. */
function lost({ row, words }: Measure, names: Names): string[] {
  const worse = compared(row, names).filter(({ verdict }) => verdict === 'worse')
  if (worse.length === 0) return []
  const parts = worse.map(({ points, name }) => `${points} points worse than ${name}`)
  return [`but ${words} they are ${parts.join(' and ')}`]
}

interface Comparison {
  verdict: 'better' | 'level' | 'worse'
  points: string
  name: string
}

function relations({ row }: Measure, names: Names): string {
  const all = compared(row, names)
  const [first, second] = all
  if (first?.verdict === 'better' && second?.verdict === 'better')
    return `beat ${first.name} by ${first.points} points and ${second.name} by ${second.points}`
  return all.map(relation).join(' and ')
}

function relation({ verdict, points, name }: Comparison): string {
  const relations = {
    better: `beat ${name} by ${points} points`,
    level: `are about equal to ${name} (${points} points)`,
    worse: `are ${points} points worse than ${name}`,
  }
  return relations[verdict]
}

function withLabels(table: Table): Measure[] {
  const few = lineOf(table, 'few_10') ?? table.find(({ protocol }) => protocol === 'few')
  const named: [Line | undefined, string][] = [
    [few, `with ${few?.label}`],
    [lineOf(table, 'linear'), 'in the linear probe with all labels'],
    [lineOf(table, 'logistic'), 'in logistic regression with all labels'],
    [lineOf(table, 'knn'), 'in nearest-neighbour classification'],
    [lineOf(table, 'map'), 'at finding the same class'],
    [lineOf(table, 'nmi'), 'at clustering'],
  ]
  return named.flatMap(([line, words]) => (line ? [{ row: line.scores, words }] : []))
}

const FREE: Readonly<Record<string, string>> = {
  retrieval: 'at finding the other view of a picture',
  neighbour_stability: 'at keeping the neighbours of an altered picture',
}

function withoutLabels(lines: readonly LabelFreeLine[]): Measure[] {
  return Object.entries(FREE).flatMap(([name, words]) => {
    const line = lines.find((one) => one.name === name)
    return line ? [{ row: scoresOf(line), words }] : []
  })
}

function compared(row: PerContender<Score>, names: Names): Comparison[] {
  return (['pixels', 'untrained'] as const).flatMap((rival) => {
    const other = row[rival]
    if (!other) return []
    const { mean, low, high, verdict } = difference(row.learned, other)
    const size = (100 * Math.abs(mean)).toFixed(1)
    const sign = verdict !== 'level' ? '' : mean < 0 ? '−' : '+'
    return [{ verdict, points: `${sign}${size} ± ${(50 * (high - low)).toFixed(1)}`, name: names[rival] }]
  })
}
