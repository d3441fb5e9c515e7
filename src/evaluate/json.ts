/** evaluation.json, and what `evaluate --json` prints. All scores are fractions of 1; keys are in snake_case. */
import {
  aheadOf,
  type Decision,
  handedOver,
  type LabelFreeLine,
  type Line,
  lineOf,
  type Measured,
  type PerRival,
  type Score,
  saidVerdict,
  type Table,
} from '../judge/index.js'
import type { Judgement } from './evaluate.js'

export function evaluationOf(run: string, judgement: Judgement) {
  const {
    table,
    asked,
    used,
    labelFree,
    decision,
    supervised,
    transfer,
    conclusion,
    advice,
    notes,
    failures,
  } = judgement
  const few = short(table, 'few_10')
  return {
    run,
    step: used.step,
    judged: {
      pictures: asked.pictures,
      of: asked.of,
      without_labels: asked.withoutLabels,
      seen: asked.seen.replace(' ', '_'),
    },
    knn: short(table, 'knn'),
    linear: short(table, 'linear'),
    few: few && { ...few, per_class: 10 },
    retrieval: { ...valuesOf(labelFree.lines, 'retrieval'), pictures: labelFree.pictures },
    effective_rank: valuesOf(labelFree.lines, 'effective_rank'),
    supervised: supervised ? { ...scoreFields(supervised.accuracy), chosen: supervised.chosen } : null,
    lines: table.map(lineFields),
    label_free: Object.fromEntries(labelFree.lines.map((line) => [line.name, measuredFields(line)])),
    decision: decision ? decisionFields(decision) : null,
    transfer: transfer
      ? transfer.sets.map(({ line, ...about }) => ({ ...about, scores: each(line.scores, scoreFields) }))
      : null,
    conclusion,
    advice,
    notes,
    failures,
    seconds: judgement.seconds,
  }
}

/** The means of one line by contender, and how far they spread over repeats. */
function short(table: Table, name: string) {
  const line = lineOf(table, name)
  if (!line) return null
  const spread = each(line.scores, (score) => score.spread)
  return { ...each(line.scores, (score) => score.mean), spread }
}

function lineFields({ scores, ...line }: Line) {
  return { ...line, scores: each(scores, scoreFields), lead: aheadOf(scores) ?? null }
}

function scoreFields({ mean, low, high, spread }: Score) {
  return { mean, low, high, spread }
}

/** A row with something else of each contender. */
export function each<T, U>(values: PerRival<T>, of: (value: T) => U): PerRival<U> {
  const entries = Object.entries(values) as [keyof PerRival<T>, T][]
  return Object.fromEntries(entries.map(([name, value]) => [name, of(value)])) as PerRival<U>
}

function valuesOf(lines: readonly LabelFreeLine[], name: string) {
  const line = lines.find((one) => one.name === name)
  return line ? each(line.scores, ({ value }: Measured) => value) : null
}

function measuredFields({ label, better, scores }: LabelFreeLine) {
  return { label, better, ...each(scores, withoutRepeats) }
}

function decisionFields(decision: Decision) {
  const said = saidVerdict(decision)
  const other = handedOver(decision) ?? null
  return { ...decision, said, handed_over: other, scores: each(decision.scores, withoutRepeats) }
}

function withoutRepeats({ value, low, high }: Measured) {
  return { value, low, high }
}
