/** The spread over seeds that the intervals of a study's rows are made of. */
import { type Mix, mixedValues, type Result, type Results } from './result.js'
import { pooled, type Spread } from './statistics.js'
import type { Study } from './study.js'

/**
 * Rows of a family share one spread, pooled over those of which no seed collapsed; a row of which one did has its own.
 * @returns the spread of a row in a mix of measures, the same object for rows that share it
 */
export function spreads({ rows: all }: Study, results: Results): (row: string, mix: Mix) => Spread {
  const alive = [...results].filter(([, own]) => !hasCollapsed(own)).map(([row]) => row)
  const familyOf = (row: string) => all.find(({ name }) => name === row)?.family ?? ''
  const known = new Map<string, Spread>()
  return (row, mix) => {
    const shared = alive.includes(row)
    const family = familyOf(row)
    const key = `${JSON.stringify(mix)} ${shared ? `all ${family}` : `one ${row}`}`
    const rows = shared ? alive.filter((one) => familyOf(one) === family) : [row]
    const spread = known.get(key) ?? pooled(rows.map((one) => mixedValues(results, one, mix)))
    known.set(key, spread)
    return spread
  }
}

/** Whether any seed ended collapsed, or diverged on the way. */
export function hasCollapsed(results: readonly Result[]): boolean {
  return results.some(({ state }) => state === 'collapsed' || state === 'diverged')
}
