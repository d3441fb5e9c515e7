/** The headline of a judgement: whether training beats the best of what needs none, and what else is to be known. */
import { aheadOf } from './ahead.js'
import { baselineNames } from './baseline-names.js'
import { BLANK_WORDS, type Blank } from './blank.js'
import type { Decision } from './decide.js'
import { decisionInWords } from './decision-words.js'
import { type Difference, difference } from './difference.js'
import { type Baseline, type Line, lineOf, type PerContender, type Table } from './line.js'
import { points } from './points.js'
import type { Score } from './score.js'
import { type LabelFreeLine, scoresOf } from './without-labels.js'

interface Measure {
  row: PerContender<Score>
  words: string
  /** Whether it is told where nothing is lost by it, too. */
  told: boolean
}

type Names = Record<Baseline, string>

/** Half of an interval, as a share of 1, from which on features that may be level may as well be far apart: a handful of pictures has such. */
const WIDE = 0.1

/**
 * One plain sentence on whether the learned features are worth having. With labels: whether they beat the best of what needs no
 * training, by the measure that asks for the fewest labels, then by a classifier on all of them and by nearest neighbours, and whatever
 * else they clearly lose at. Without: what was decided, or where nothing was, beside raw pixels and the untrained network, by each measure of
 * which more is better. Each lead has half of its own 95 % interval; one whose interval has 0 in it is none.
 * @param blank why there is nothing in the pictures that were judged, where there is not
 * @param given whether training began from given weights
 */
export function summary(
  table: Table,
  labelFree: readonly LabelFreeLine[] = [],
  blank?: Blank,
  given = false,
  decision?: Decision,
): string {
  if (blank)
    return `All pictures that were judged ${BLANK_WORDS[blank].are}, so nothing can be said of the learned features.`
  const names = baselineNames(given)
  const [main, ...others] = withLabels(table)
  const free = withoutLabels(labelFree)
  if (main) {
    const first = { good: isAhead(main), text: `The learned features ${beside(main, names)} ${main.words}` }
    return inTurn([
      first,
      ...others.flatMap((one) => besides(one, names)),
      ...free.flatMap((one) => lost(one, names)),
    ])
  }
  if (decision) return decisionInWords(decision, given)
  const [first, ...rest] = free
  if (!first) return 'Nothing was measured, so nothing can be said of the learned features.'
  return [
    `The learned features ${relations(first, names)} ${first.words}`,
    ...rest.map((one) => whole(one, names)),
  ]
    .join('; ')
    .concat('.')
}

/** Whether the headline is told by labels. */
export function isToldByLabels(table: Table): boolean {
  return withLabels(table).length > 0
}

/**
 * How the learned features stand to the closed form where they are not worth their training beside it: of the measures that are told in any
 * case better by none, or worse by more than better. Adjectives, the closed form being *it*; undefined where they are, or the closed form was not judged.
 */
export function noBetterThanClosed(table: Table): string | undefined {
  const asked = withLabels(table).flatMap(({ row, words, told }) =>
    told && row.closed ? [{ lead: difference(row.learned, row.closed), words }] : [],
  )
  const count = (verdict: (typeof asked)[number]['lead']['verdict']) =>
    asked.filter(({ lead }) => lead.verdict === verdict).length
  if (asked.length === 0 || (count('better') > 0 && count('better') >= count('worse'))) return undefined
  const lost = asked.filter(({ lead }) => lead.verdict !== 'better')
  const parts = lost.map(({ lead, words }) =>
    lead.verdict === 'worse'
      ? `worse than it by ${points(lead)} points ${words}`
      : `no better than it (${points(lead)} points) ${words}`,
  )
  return parts.join(' and ')
}

/** To the best of the baselines. */
function beside({ row }: Measure, names: Names): string {
  const lead = aheadOf(row)
  return lead ? against(lead, `the best of what needs no training, ${names[lead.rival]}`, ',') : 'were judged'
}

/** @param comma behind a name with one in it */
function against(lead: Difference, name: string, comma = ''): string {
  const relations = {
    better: `beat ${name}${comma} by ${points(lead)} points`,
    level: `are no better than ${name} (${points(lead)} points)${comma}`,
    worse: `are worse than ${name}${comma} by ${points(lead)} points`,
  }
  return relations[lead.verdict]
}

interface Clause {
  /** Whether it speaks for the learned features. */
  good: boolean
  text: string
}

/** One sentence: the first clause, those that speak alike, and behind one *but* those that do not. */
function inTurn([first, ...rest]: readonly [Clause, ...Clause[]]): string {
  const alike = rest.filter(({ good }) => good === first.good)
  const [turn, ...others] = rest.filter(({ good }) => good !== first.good)
  const clauses = [first, ...alike, ...(turn ? [{ ...turn, text: `but ${turn.text}` }] : []), ...others]
  return `${clauses.map(({ text }) => text).join('; ')}.`
}

function isAhead({ row }: Measure): boolean {
  return aheadOf(row)?.verdict === 'better'
}

/** What is said of a measure that is not the main one. */
function besides(measure: Measure, names: Names): Clause[] {
  const { row, words, told } = measure
  const lead = aheadOf(row)
  if (!lead || (!told && lead.verdict !== 'worse')) return []
  return [{ good: isAhead(measure), text: `${words} they ${against(lead, names[lead.rival])}` }]
}

function whole(measure: Measure, names: Names): string {
  return `${measure.words} they ${relations(measure, names)}`
}

/** What is said of a measure without labels beside those with: only where they are worse. */
function lost({ row, words }: Measure, names: Names): Clause[] {
  const worse = compared(row, names).filter(({ verdict }) => verdict === 'worse')
  if (worse.length === 0) return []
  const parts = worse.map(({ points, name }) => `${points} points worse than ${name}`)
  return [{ good: false, text: `${words} they are ${parts.join(' and ')}` }]
}

interface Comparison {
  /** `untold` where the interval has 0 in it and is too wide to call that equal. */
  verdict: 'better' | 'level' | 'worse' | 'untold'
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
    untold: `cannot be told from ${name} (${points} points)`,
    worse: `are ${points} points worse than ${name}`,
  }
  return relations[verdict]
}

function withLabels(table: Table): Measure[] {
  const few = lineOf(table, 'few_10') ?? table.find(({ protocol }) => protocol === 'few')
  const linear = lineOf(table, 'linear')
  const named: [line: Line | undefined, words: string, told: boolean][] = [
    [few, `with ${few?.label}`, true],
    [linear, 'in the linear probe with all labels', true],
    [lineOf(table, 'logistic'), 'in logistic regression with all labels', !linear],
    [lineOf(table, 'knn'), 'in nearest-neighbour classification', true],
    [lineOf(table, 'map'), 'at finding the same class', false],
    [lineOf(table, 'nmi'), 'at clustering', false],
  ]
  return named.flatMap(([line, words, told]) => (line ? [{ row: line.scores, words, told }] : []))
}

const FREE: Readonly<Record<string, string>> = {
  retrieval: 'at finding the other view of a picture',
  neighbour_stability: 'at keeping the neighbours of an altered picture',
}

function withoutLabels(lines: readonly LabelFreeLine[]): Measure[] {
  return Object.entries(FREE).flatMap(([name, words]) => {
    const line = lines.find((one) => one.name === name)
    return line ? [{ row: scoresOf(line), words, told: true }] : []
  })
}

function compared(row: PerContender<Score>, names: Names): Comparison[] {
  return (['pixels', 'untrained'] as const).flatMap((rival) => {
    const other = row[rival]
    if (!other) return []
    const lead = difference(row.learned, other)
    const isWide = lead.high - lead.low > 2 * WIDE
    const verdict = lead.verdict === 'level' && isWide ? 'untold' : lead.verdict
    return [{ verdict, points: points(lead), name: names[rival] }]
  })
}
