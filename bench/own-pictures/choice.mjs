/** The section of docs/own-pictures.md that says which method to take, by sets that had no say in it. */
import { BASELINES, COLUMNS } from './columns.mjs'

const mean = (numbers) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length

/**
 * The mean of the three measures over seeds, by contender: methods by their names, and what needs no training of the first method's runs.
 * @returns Map of set to Map of contender to share of 1; a contender that lacks a measure is left out
 */
export function standing(results) {
  const sets = new Map()
  for (const set of new Set(results.map((one) => one.set))) {
    const own = results.filter((one) => one.set === set)
    const methods = [...new Set(own.map(({ method }) => method))]
    const of = (group, contender) =>
      mean(group.flatMap(({ scores }) => Object.keys(COLUMNS).map((line) => scores[line]?.[contender]?.mean)))
    const group = (method) => own.filter((one) => one.method === method)
    const all = [
      ...Object.keys(BASELINES).map((name) => [name, of(group(methods[0]), name)]),
      ...methods.map((method) => [method, of(group(method), 'learned')]),
    ]
    sets.set(set, new Map(all.filter(([, value]) => Number.isFinite(value))))
  }
  return sets
}

/** For each set who is best on the mean of the others, and how far that is behind the best on the set itself. */
export function leftOut(sets) {
  const names = [...sets.keys()]
  return names.map((set) => {
    const others = names.filter((one) => one !== set).map((one) => sets.get(one))
    const candidates = [...sets.get(set).keys()].filter((name) => others.every((one) => one.has(name)))
    const best = (value) => candidates.reduce((a, b) => (value(b) > value(a) ? b : a))
    const chosen = best((name) => mean(others.map((one) => one.get(name))))
    const here = best((name) => sets.get(set).get(name))
    return { set, chosen, best: here, behind: sets.get(set).get(here) - sets.get(set).get(chosen) }
  })
}

/** Markdown; empty text for fewer than three sets. */
export function choiceSection(results) {
  const parts = [...new Set(results.map(({ minutes }) => minutes))].flatMap((minutes) => {
    const sets = standing(results.filter((one) => one.minutes === minutes))
    if (sets.size < 3) return []
    const named = (name) => BASELINES[name] ?? `\`${name}\``
    const rows = leftOut(sets).map(
      ({ set, chosen, best, behind }) =>
        `| ${set} | ${named(chosen)} | ${named(best)} | ${(100 * behind).toFixed(1)} |`,
    )
    return [
      `| ${minutes} minutes: left out | best on the others | best on it | behind, points |\n|---|---|---|--:|\n${rows.join('\n')}`,
    ]
  })
  if (parts.length === 0) return ''
  return `### Chosen by the other sets

By the mean of the three measures, each set left out in turn: who would have been chosen without it, and what that costs on it.

${parts.join('\n\n')}`
}
