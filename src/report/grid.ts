/** A grid that was searched, as a small table whose cells are the darker the better they did. */

import { html, type Markup, raw } from '../html.js'
import type { GridPoint } from '../judge/index.js'
import { percent } from './format.js'

/** Names of what was measured at a point; the others say where it lies. */
const FOUND = ['held_out', 'test', 'sample', 'loss', 'length']

/**
 * A grid of two settings as rows and columns. Of one setting, or of more than two, or with points missing, there is no
 * such table: then it is left out.
 */
export function gridTable(points: readonly GridPoint[]): Markup {
  const [first] = points
  const settings = Object.keys(first ?? {}).filter((name) => !FOUND.includes(name))
  const found = FOUND.find((name) => name in (first ?? {}))
  const [down, across] = settings
  if (settings.length !== 2 || !found || !down || !across) return html``
  const values = (name: string) =>
    [...new Set(points.map((point) => point[name] as number))].sort((a, b) => a - b)
  const [rows, columns] = [values(down), values(across)]
  const at = (row: number, column: number) =>
    points.find((point) => point[down] === row && point[across] === column)?.[found]
  const all = points.map((point) => point[found] as number).filter(Number.isFinite)
  const [worst, best] = [Math.min(...all), Math.max(...all)]
  return html`<div class="scroll"><table class="heat">
<caption>Percent right${found === 'held_out' && ' on held-out training pictures'} for each ${words(down)} (down) and ${words(across)} (across); the best is framed.</caption>
<thead><tr><td></td>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>${rows.map(
    (
      row,
    ) => html`<tr><th scope="row">${row}</th>${columns.map((column) => cell(at(row, column), worst, best))}</tr>
`,
  )}</tbody></table></div>`
}

function cell(value: number | undefined, worst: number, best: number): Markup {
  if (value === undefined || !Number.isFinite(value)) return html`<td>–</td>`
  const shade = best > worst ? Math.round((100 * (value - worst)) / (best - worst)) : 100
  return html`<td class="${value === best && 'best'}" style="${raw(`--s:${shade}%`)}">${percent(value)}</td>`
}

function words(name: string): string {
  return name.replaceAll('_', ' ')
}
