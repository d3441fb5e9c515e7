/** The page's table of what was measured without labels. */

import { html, type Markup } from '../html.js'
import { type LabelFreeLine, type Measured, scoresOf, UNLABELLED } from '../judge/index.js'
import { alike } from './format.js'
import { half, leaders, namesOf } from './groups.js'
import { section } from './section.js'

/** Measures that need no labels, one a row, each with half of its 95 % interval. */
export function labelFreeSection(lines: readonly LabelFreeLine[], given = false): Markup {
  if (lines.length === 0) return html``
  const names = namesOf(given)
  return section(
    'label-free',
    'Measured without labels',
    html`What can be said of the vectors when nobody has named the pictures. No single figure is proof: <em>read them
together</em>, and beside raw pixels and ${given ? 'the encoder as it was given' : 'the untrained network'}. Where more is better by itself, the best is bold, and so is
what may be as good.`,
    html`<table class="plain">
<thead><tr><td></td><th scope="col">${names.learned}</th><th scope="col">${names.pixels}</th><th scope="col">${names.untrained}</th></tr></thead>
<tbody>${lines.map(lineRow)}</tbody></table>`,
  )
}

function lineRow(line: LabelFreeLine): Markup {
  const { label, explanation, better, share, scores } = line
  const unit = share ? 100 : 1
  const all = Object.values(scores).map(({ value }) => value * unit)
  const number = alike(all)
  const best = better === 'high' ? leaders(scoresOf(line)) : new Set()
  const cell = (measured: Measured, look: string | false) =>
    html`<td class="number ${look}">${number(measured.value * unit)}${share && ' %'} <small>± ${number(half(measured) * unit)}</small></td>`
  return html`<tr><th scope="row">${label}<p>${explanation}</p></th>
${UNLABELLED.map((name) => cell(scores[name], best.has(name) && 'best'))}</tr>
`
}
