/** The page's table of what was asked to decide without labels. */
import { CONTENDERS, type Decision, decisionInWords, type Evidence } from '../judge/index.js'
import { percent, points } from './format.js'
import { half, namesOf } from './groups.js'
import { html, type Markup } from './html.js'
import { section } from './section.js'

/** What is measured by each kind of evidence. */
export const DECISION_WORDS: Record<Evidence, { title: string; lead: string }> = {
  views: {
    title: 'Finds a picture seen otherwise, mean reciprocal rank, %',
    lead: 'Each picture is turned, tilted, made grey and partly covered, twice. One such view looks for the other among those of all pictures: 100 % is found at once, 50 % in the second place. No training had such views.',
  },
  names: {
    title: 'Finds what belongs to it by name, mean reciprocal rank, %',
    lead: 'Pictures that lie in one small folder, or whose names follow each other, mostly show one thing. One looks for the other among all: 100 % is found at once, 50 % in the second place. No training knew of names.',
  },
}

/** The score of each contender, and the lead of the learned vectors over the best that needs no training. */
export function decisionSection(decision: Decision, given = false): Markup {
  const names = namesOf(given)
  const { scores, lead, halves, rival, evidence } = decision
  const number = (text: string, one: { low: number; high: number }) =>
    html`<td class="number">${text} <small>± ${percent(half(one))}</small></td>`
  return section(
    'decision',
    'Decided without labels',
    html`${DECISION_WORDS[evidence].lead} <em>${decisionInWords(decision, given)}</em>`,
    html`<table class="plain"><tbody>${CONTENDERS.map((name) => {
      const score = scores[name]
      return (
        score &&
        html`<tr><th scope="row">${names[name]}</th>${number(percent(score.value), score)}</tr>
`
      )
    })}<tr><th scope="row">Learned leads ${names[rival].toLowerCase()} by</th>${number(points(lead.mean), lead)}</tr>
${halves.map(
  (one, i) =>
    html`<tr><th scope="row">${i === 0 ? 'in the first' : 'in the second'} half of the pictures</th>${number(points(one.mean), one)}</tr>
`,
)}</tbody></table>`,
  )
}
