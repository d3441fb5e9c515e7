/** Transfer to other sets as a table: contenders down, sets across. */

import { html, type Markup } from '../html.js'
import { publishedName } from '../judge/published.js'
import { percent } from './format.js'
import { section } from './section.js'
import { type PublishedRow, transferTable } from './transfer-table.js'
import type { TransferData } from './types.js'

export function transferSection(transfer: TransferData | undefined, given = false): Markup {
  if (!transfer || transfer.sets.length === 0) return html``
  const { measured, published } = transferTable(transfer, given)
  return section(
    'transfer',
    'On other pictures',
    html`The encoder was not trained on these sets. It stays frozen, and a linear classifier learns each set’s classes from all
of its labels: logistic regression with the best of 45 penalties, as in the BYOL paper. The best is bold, and so is what may be as good.`,
    html`<div class="scroll"><table class="plain transfer">
<thead><tr><td></td>${transfer.sets.map(({ set }) => html`<th scope="col">${publishedName(set)}</th>`)}<th scope="col">mean</th></tr></thead>
<tbody>${measured.map(
      ({ label, cells, mean }) => html`<tr><th scope="row">${label}</th>
${cells.map((cell) => html`<td class="number ${cell?.best && 'best'}">${cell ? html`${percent(cell.mean)} <small>± ${percent(cell.half)}</small>` : '–'}</td>`)}
<td class="number">${mean === undefined ? '–' : percent(mean)}</td></tr>
`,
    )}${published.map(publishedRow)}</tbody></table></div>
${published.length > 0 && html`<p class="foot">Rows in grey are published results (arXiv 2006.07733, table 3): another encoder, trained on 1.3 million photographs.</p>`}
${transfer.notes.map((note) => html`<p class="foot">${note}</p>`)}`,
  )
}

function publishedRow({ label, cells }: PublishedRow): Markup {
  return html`<tr class="published"><th scope="row">${label}</th>${cells.map(
    (cell) => html`<td class="number">${cell === undefined ? '–' : percent(cell)}</td>`,
  )}<td class="number">–</td></tr>
`
}
