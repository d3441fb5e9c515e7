import { alike, percent, points } from './format.js'
import { html, type Markup } from './html.js'
import { section } from './section.js'
import type { LabelFreeRow, Score, ScoreRow } from './types.js'

/** True when the difference of two scores is no larger than their spreads together. */
export function withinSpread(a: Score, b: Score): boolean {
  return Math.abs(a.mean - b.mean) <= Math.abs(a.spread) + Math.abs(b.spread)
}

/** The judged protocols: learned, raw pixels and untrained side by side. */
export function scoreSection(table: readonly ScoreRow[]): Markup {
  if (table.length === 0) return html``
  const ties = table.some((row) =>
    [row.pixels, row.untrained].some((other) => withinSpread(row.learned, other)),
  )
  return section(
    'scores',
    'What it is worth',
    html`Share of held-out pictures recognised, in percent, ± the spread over repeats. The learned vectors should beat both the
<em>raw pixels</em> and the same encoder left <em>untrained</em>; otherwise the training bought nothing.`,
    html`<table class="scores">
<thead><tr><th scope="col">Vectors</th><td></td><th scope="col">Percent right</th><th scope="col">Learned leads by</th></tr></thead>
${table.map(scoreRows)}
</table>
${ties && html`<p class="foot">≈ marks a difference no larger than the two spreads together: too small to count as one.</p>`}`,
  )
}

function scoreRows(row: ScoreRow): Markup {
  const protocol = row.protocol !== row.label && html` <small>${row.protocol}</small>`
  return html`<tbody>
<tr class="head"><th scope="rowgroup" colspan="4">${row.label}${protocol}<p>${row.explanation}</p></th></tr>
${scoreRow('Learned', row.learned, 'learned')}
${scoreRow('Raw pixels', row.pixels, '', row.learned)}
${scoreRow('Untrained', row.untrained, '', row.learned)}
</tbody>
`
}

function scoreRow(name: string, score: Score, look: string, learned?: Score): Markup {
  return html`<tr class="${look}"><th scope="row">${name}</th><td class="bars">${bar(score)}</td>
<td class="number">${percent(score.mean)} <small>± ${percent(score.spread)}</small></td>
<td class="number">${learned && difference(learned, score)}</td></tr>`
}

function difference(learned: Score, other: Score): Markup {
  const text = points(learned.mean - other.mean)
  if (withinSpread(learned, other)) return html`<span class="tie">≈ ${text}</span>`
  return html`<span class="${learned.mean < other.mean && 'behind'}">${text}</span>`
}

function bar({ mean, spread }: Score): Markup {
  if (!Number.isFinite(mean)) return html``
  const whisker =
    spread > 0 &&
    html`<b style="left:${share(mean - spread)}%;width:${share(mean + spread) - share(mean - spread)}%"></b>`
  return html`<div class="bar"><i style="width:${share(mean)}%"></i>${whisker}</div>`
}

function share(fraction: number): number {
  return Math.round(Math.min(1, Math.max(0, fraction)) * 1000) / 10
}

/** Measures that need no labels, one a row. */
export function labelFreeSection(rows: readonly LabelFreeRow[]): Markup {
  if (rows.length === 0) return html``
  return section(
    'label-free',
    'Measured without labels',
    'What can be said of the vectors when nobody has named the pictures.',
    html`<table class="plain">
<thead><tr><td></td><th scope="col">Learned</th><th scope="col">Raw pixels</th><th scope="col">Untrained</th></tr></thead>
<tbody>${rows.map(labelFreeRow)}</tbody></table>`,
  )
}

function labelFreeRow(row: LabelFreeRow): Markup {
  const others = [row.pixels, row.untrained]
  const number = alike([row.learned, ...others.filter((value) => value !== undefined)])
  const spread = row.spread !== undefined && html` <small>± ${number(row.spread)}</small>`
  return html`<tr><th scope="row">${row.label}<p>${row.explanation}</p></th>
<td class="number learned">${number(row.learned)}${spread}</td>
${others.map((value) => html`<td class="number">${value === undefined ? '–' : number(value)}</td>`)}</tr>
`
}
