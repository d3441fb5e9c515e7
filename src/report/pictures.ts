import { html, type Markup } from '../html.js'
import { section } from './section.js'
import { picture } from './thumb.js'
import type { NeighbourRow, ReportData, Thumb } from './types.js'

/** Augmented pairs as the network saw them. */
export function pairSection(pairs: ReportData['pairs']): Markup {
  if (pairs.length === 0) return html``
  return section(
    'views',
    'What it was shown',
    html`Each picture on the left, and beside it views cut and altered by chance as in training. The network had to find that
they are the same; if <em>you</em> cannot, the alterations are too strong.`,
    html`<div class="pairs">${pairs.map(
      ({ original, views }) => html`<div class="pair">
${shown(original, 'original')}${views.map((view, i) => shown(view, `view ${i + 1}`))}</div>
`,
    )}</div>`,
  )
}

function shown(thumb: Thumb, name: string): Markup {
  return html`<figure>${picture(thumb, name)}<figcaption>${name}</figcaption></figure>`
}

/** Pictures with those whose vectors are nearest. */
export function neighbourSection(rows: readonly NeighbourRow[]): Markup {
  if (rows.length === 0) return html``
  return section(
    'neighbours',
    'What it finds alike',
    html`For a picture on the left, the others whose vectors are nearest, best first, with their cosine: 1 is the same direction,
0 is unrelated.`,
    html`${rows.map(
      ({
        query,
        caption,
        nearest,
      }) => html`<div class="neighbours"><figure class="query">${picture(query, caption ?? 'query')}${captioned(caption)}</figure>
<div>${nearest.map(
        ({ thumb, similarity, caption }) => html`<figure>${picture(thumb, caption ?? 'neighbour')}
${captioned(caption, similarity)}</figure>
`,
      )}</div></div>
`,
    )}`,
  )
}

/** Under a picture of a row: its cosine, and its name, of which the end is shown where it is too long. */
function captioned(caption: string | undefined, similarity?: number): Markup {
  const cosine =
    similarity !== undefined &&
    html`<b>${Number.isFinite(similarity) ? similarity.toFixed(2).replace('-', '−') : '–'}</b>`
  return html`<figcaption>${cosine}${caption !== undefined && name(caption)}</figcaption>`
}

/** Letters of a name's end that are always shown: a number and an extension. */
const END = 8

function name(caption: string): Markup {
  const letters = [...caption]
  const split = letters.length > END + 2 ? letters.length - END : 0
  return html`<span class="name" title="${caption}">${
    split > 0 && html`<bdi>${letters.slice(0, split).join('')}</bdi>`
  }<bdi>${letters.slice(split).join('')}</bdi></span>`
}
