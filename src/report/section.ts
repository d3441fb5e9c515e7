import { html, type Markup, type Part } from '../html.js'

/** One part of the page: its heading and what it means on the left, what there is to see on the right. */
export function section(id: string, heading: string, lead: Part, body: Part): Markup {
  return html`<section id="${id}">
<div class="side"><h2>${heading}</h2><p>${lead}</p></div>
<div class="main">${body}</div>
</section>
`
}
