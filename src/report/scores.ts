/** The judged protocols on the page: a section a protocol, a block of bars a line. */

import { html, type Markup } from '../html.js'
import { aheadOf, CONTENDERS, type Contender, type Line, type Score, type Table } from '../judge/index.js'
import { percent, points } from './format.js'
import { gridTable } from './grid.js'
import { type Group, groupsOf, half, leaders, namesOf } from './groups.js'
import { section } from './section.js'

/** One section for each protocol that was judged. */
export function scoreSections(table: Table, given = false): Markup {
  const groups = groupsOf(table)
  return html`${groups.map((group, i) => groupSection(group, i === 0, given))}`
}

function groupSection({ protocol, title, lead, lines }: Group, first: boolean, given: boolean): Markup {
  const ties = lines.some((line) => aheadOf(line.scores)?.verdict === 'level')
  const shown = CONTENDERS.filter((name) => lines.some(({ scores }) => scores[name]))
  return section(
    `scores-${protocol}`,
    title,
    html`${lead}${first && html` ${reading(shown, given)}`}`,
    html`<table class="scores">
<thead><tr><th scope="col">Vectors</th><td></td><th scope="col">Percent</th><th scope="col">Learned leads by</th></tr></thead>
${lines.map((line, i) => lineRows(line, lines.slice(0, i), shown, given))}
</table>
${ties && html`<p class="foot">≈ marks a lead that may be chance: its 95 % interval has zero in it.</p>`}
${lines.map(({ grid }) => grid && gridTable(grid.learned))}`,
  )
}

function reading(shown: readonly Contender[], given: boolean): Markup {
  const has = (name: Contender) => shown.includes(name)
  return html`The learned vectors should beat all that needs no training, or it bought nothing: the <em>raw pixels</em>${
    has('whitened') &&
    html`, these <em>whitened</em> (their strongest principal components, made equally strong)`
  }, the same encoder ${given ? html`<em>as given</em>` : html`left <em>untrained</em>`}${
    has('closed') &&
    html`, and what is computed in <em>closed form</em> from the same pictures, in two passes and without a gradient`
  }. The lead is over the best of these.${
    has('supervised') &&
    html` <em>Supervised</em> is a network of the same size that was shown all labels: what could be had with them.`
  } After ± stands half of the 95 % interval, which the whiskers show. The best is bold, and so is what may be as good.`
}

function lineRows(line: Line, before: readonly Line[], shown: readonly Contender[], given: boolean): Markup {
  const names = namesOf(given)
  const told = before.some(({ explanation }) => explanation === line.explanation)
  const best = leaders(line.scores)
  return html`<tbody>
<tr class="head"><th scope="rowgroup" colspan="4">${line.label}${!told && html`<p>${line.explanation}${chosen(line)}</p>`}</th></tr>
${shown.map((name) => {
  const score = line.scores[name]
  return score && scoreRow(name, names[name], score, line, best.has(name))
})}
</tbody>
`
}

/** What was chosen for the learned features, where there was a choice. */
function chosen({ chosen }: Line): string {
  const parts = Object.entries(chosen ?? {}).map(([name, value]) => {
    const text = typeof value === 'number' ? String(Number(value.toPrecision(3))) : value
    return `${name.replaceAll('_', ' ')} ${text}`
  })
  return parts.length === 0 ? '' : ` Chosen: ${parts.join(', ')}.`
}

function scoreRow(name: Contender, called: string, score: Score, line: Line, best: boolean): Markup {
  const lead = aheadOf(line.scores)
  return html`<tr class="${name === 'learned' && 'learned'}"><th scope="row">${called}</th><td class="bars">${bar(score)}</td>
<td class="number ${best && 'best'}">${percent(score.mean)} <small>± ${percent(half(score))}</small></td>
<td class="number">${lead?.rival === name && difference(lead)}</td></tr>`
}

function difference({ mean, verdict }: { mean: number; verdict: string }): Markup {
  const text = points(mean)
  if (verdict === 'level') return html`<span class="tie">≈ ${text}</span>`
  return html`<span class="${mean < 0 && 'behind'}">${text}</span>`
}

function bar({ mean, low, high }: Score): Markup {
  if (!Number.isFinite(mean)) return html``
  const whisker =
    high > low && html`<b style="left:${share(low)}%;width:${(share(high) - share(low)).toFixed(1)}%"></b>`
  return html`<div class="bar"><i style="width:${share(mean)}%"></i>${whisker}</div>`
}

function share(fraction: number): number {
  return Math.round(Math.min(1, Math.max(0, fraction)) * 1000) / 10
}
