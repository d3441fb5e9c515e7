/** Decides by the figures whether a study's claims held. */
import { MEASURES, type Measure, type Mix, mixedValues, type Results } from './result.js'
import { spreads } from './spread.js'
import { contrast, type Estimate } from './statistics.js'
import type { Claim, Contrast, State, Study, Term } from './study.js'

export type Answer = 'held' | 'not held' | 'open'

export interface Verdict {
  claim: Claim
  answer: Answer
  /** The figures behind the answer, in words. */
  because: string
}

export function verdicts(study: Study, results: Results): Verdict[] {
  const spreadOf = spreads(study, results)
  return study.claims.map((claim) => ({
    claim,
    ...('of' in claim ? ofContrast(claim, results, spreadOf) : ofState(claim, results)),
  }))
}

/** Held where the whole interval lies within the bounds, not held where all of it lies outside, open otherwise. */
function ofContrast(
  { of, from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY }: Contrast,
  results: Results,
  spreadOf: ReturnType<typeof spreads>,
): Omit<Verdict, 'claim'> {
  const terms = [...mixes(of)].map(([row, { weight, mix }]) => ({
    row,
    weight,
    values: mixedValues(results, row, mix),
    spread: spreadOf(row, mix),
  }))
  const missing = terms.filter(({ values }) => values.length === 0).map(({ row }) => row)
  if (missing.length > 0) return { answer: 'open', because: `not measured: ${missing.join(', ')}` }
  const { mean, low, high } = contrast(terms)
  // an interval that ends at a bound is outside: equal is not above
  const answer = low > from && high < to ? 'held' : high <= from || low >= to ? 'not held' : 'open'
  return { answer, because: inWords({ mean, low, high }, of[0]?.measure ?? 'linear', of.length > 1) }
}

/**
 * What is asked of each row, as one figure a seed: two measures of the same networks are compared network by network, and a
 * row that is named twice counts once. The first measure of a mix has the weight 1, so that rows share a spread.
 */
function mixes(of: readonly Term[]): Map<string, { weight: number; mix: Mix }> {
  const rows = new Map<string, Map<Measure, number>>()
  for (const { row, weight, measure = 'linear' } of of) {
    const mix = rows.get(row) ?? new Map<Measure, number>()
    rows.set(row, mix.set(measure, (mix.get(measure) ?? 0) + weight))
  }
  const found = new Map<string, { weight: number; mix: Mix }>()
  for (const [row, weights] of rows) {
    const own = [...weights].filter(([, weight]) => weight !== 0)
    const [first] = own
    if (!first) continue
    const [, weight] = first
    found.set(row, { weight, mix: own.map(([measure, each]) => ({ measure, weight: each / weight })) })
  }
  return found
}

function inWords({ mean, low, high }: Estimate, measure: Measure, difference: boolean): string {
  const { percent } = MEASURES[measure]
  const digits = percent || measure === 'rank' ? 1 : 2
  const sign = (value: number) =>
    difference && value >= 0 ? `+${value.toFixed(digits)}` : value.toFixed(digits)
  const unit = percent ? (difference ? ' points' : ' %') : ''
  if (!Number.isFinite(high - low)) return `${sign(mean)}${unit}, of one seed`
  return `${sign(mean)}${unit}, 95 % interval ${sign(low)} to ${sign(high)}`
}

function ofState({ rows, states }: State, results: Results): Omit<Verdict, 'claim'> {
  const found = rows.flatMap((row) =>
    (results.get(row) ?? []).map((result) => ({ row, state: result.state ?? ('healthy' as const) })),
  )
  const missing = rows.filter((row) => !found.some((one) => one.row === row))
  if (missing.length > 0) return { answer: 'open', because: `not measured: ${missing.join(', ')}` }
  const right = found.filter(({ state }) => states.some((wanted) => wanted === state)).length
  const answer = right === found.length ? 'held' : right === 0 ? 'not held' : 'open'
  return { answer, because: `${right} of ${found.length} runs ended ${states.join(' or ')}` }
}
