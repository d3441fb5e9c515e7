/** The page's table of what was asked to decide without labels. */

import { html, type Markup } from '../html.js'
import { CONTENDERS, type Decision, decisionInWords, type Evidence, type PerRival } from '../judge/index.js'
import { count, percent, points } from './format.js'
import { half, namesOf } from './groups.js'
import { section } from './section.js'

type Name = keyof PerRival<unknown>

/** Who is compared, in the order of the tables, with what a reader calls them. */
export function decisionNames(given = false): [name: Name, called: string][] {
  const names = namesOf(given)
  const all = CONTENDERS.map((name): [Name, string] => [name, names[name]])
  return [...all, ['beside', `Closed form with ${names.untrained.toLowerCase()}`]]
}

/** What is measured by each kind of evidence. */
export const DECISION_WORDS: Record<Evidence, { title: (asked: string) => string; lead: string }> = {
  views: {
    title: (asked) => `Finds one of ${asked} pictures by a foreign view, mean reciprocal rank, %`,
    lead: 'Each picture’s left half looks for its right half among those of all pictures, in grey; and one view that is turned, tilted, grey and partly covered for another such. 100 % is found at once, 50 % in the second place; the mean of both questions. No training had such views.',
  },
  names: {
    title: (asked) => `Finds the other of ${asked} pairs of names, mean reciprocal rank, %`,
    lead: 'Pictures that lie in one small folder, or whose names follow each other, mostly show one thing. One looks for the other among all: 100 % is found at once, 50 % in the second place. No training knew of names.',
  },
  times: {
    title: (asked) => `Finds the other of ${asked} pairs taken seconds apart, mean reciprocal rank, %`,
    lead: 'Pictures that one camera took within seconds mostly show one thing. One looks for the other among all: 100 % is found at once, 50 % in the second place. No training knew when they were taken.',
  },
}

/** The score of each contender, and the lead of the learned vectors over the best that needs no training. */
export function decisionSection(decision: Decision, given = false): Markup {
  const names = decisionNames(given)
  const { scores, lead, halves, rival, evidence } = decision
  const number = (text: string, one: { low: number; high: number }) =>
    html`<td class="number">${text} <small>± ${percent(half(one))}</small></td>`
  return section(
    'decision',
    'Decided without labels',
    html`${DECISION_WORDS[evidence].lead} <em>${decisionInWords(decision, given)}</em>`,
    html`<p class="foot">${DECISION_WORDS[evidence].title(count(decision.asked))}.</p>
<table class="plain"><tbody>${names.map(([name, called]) => {
      const score = scores[name]
      return (
        score &&
        html`<tr><th scope="row">${called}</th>${number(percent(score.value), score)}</tr>
`
      )
    })}<tr><th scope="row">Learned leads ${new Map(names).get(rival)?.toLowerCase()} by</th>${number(points(lead.mean), lead)}</tr>
${halves.map(
  (one, i) =>
    html`<tr><th scope="row">${i === 0 ? 'in the first' : 'in the second'} half of the pictures</th>${number(points(one.mean), one)}</tr>
`,
)}</tbody></table>`,
  )
}
