/** Pictures in rows on one page that needs nothing beside it; its text and pictures come from strangers, so nothing in them is HTML. */
import { html, type Markup, raw } from '../../html.js'
import { printable } from '../../printable.js'

export interface SheetPicture {
  /** JPEG or PNG. */
  thumbnail: Uint8Array | undefined
  /** Under it: a score, a share. */
  caption: string
  /** Shown in full when it is pointed at, and under the caption. */
  path: string
  /** Marks the one that the others are like. */
  first?: boolean
}

export interface SheetGroup {
  title: string
  /** Beside it. */
  note?: string
  pictures: readonly SheetPicture[]
}

/** A whole page. */
export function contactSheet(title: string, about: string, groups: readonly SheetGroup[]): string {
  const page = html`<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none';style-src 'unsafe-inline';img-src data:">
<title>${title}</title><style>${raw(STYLE)}</style>
<header><h1>${title}</h1><p>${about}</p></header>
${groups.map(group)}
</html>
`
  return page.text
}

function group({ title, note, pictures }: SheetGroup): Markup {
  return html`<section><h2>${title}${note !== undefined && html` <small>${note}</small>`}</h2><ul>${pictures.map(picture)}</ul></section>
`
}

function picture({ thumbnail, caption, path, first }: SheetPicture): Markup {
  const shown = printable(path)
  return html`<li${first && raw(' class="first"')} title="${shown}"><div>${thumbnail && image(thumbnail, shown)}</div><b>${caption}</b><span>${shown}</span></li>`
}

const PNG = 0x89

function image(bytes: Uint8Array, alt: string): Markup {
  const kind = bytes[0] === PNG ? 'png' : 'jpeg'
  return html`<img loading="lazy" alt="${alt}" src="data:image/${kind};base64,${Buffer.from(bytes).toString('base64')}">`
}

const STYLE = `
:root{--paper:#fcfcfa;--ink:#1c2024;--soft:#646b73;--line:#e4e5e1;--fill:#f2f2ee;--accent:#0b6e74;
--sans:system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif}
@media screen and (prefers-color-scheme:dark){:root{--paper:#131517;--ink:#e6e7e5;--soft:#989fa6;--line:#2a2e32;--fill:#1c1f22;--accent:#4fbfc0}}
*{box-sizing:border-box;margin:0}
html{background:var(--paper);color:var(--ink);font:16px/1.5 var(--sans);font-variant-numeric:tabular-nums}
body{max-width:90rem;margin:0 auto;padding:2.5rem 2rem 4rem;overflow-wrap:anywhere}
h1{font-size:2rem;line-height:1.15;font-weight:650;letter-spacing:-.02em}
header p{color:var(--soft);margin-top:.5rem}
h2{font-size:1.05rem;font-weight:650}
small{font-size:.85em;color:var(--soft);font-weight:400}
section{padding:1.6rem 0;border-top:1px solid var(--line);margin-top:1.6rem}
ul{list-style:none;padding:0;margin-top:.9rem;display:grid;grid-template-columns:repeat(auto-fill,minmax(7.5rem,1fr));gap:1.1rem .9rem}
li div{background:var(--fill);border-radius:4px;aspect-ratio:1;display:grid;place-items:center;overflow:hidden;border:2px solid transparent}
li.first div{border-color:var(--accent)}
img{display:block;width:100%;height:100%;object-fit:contain;image-rendering:auto}
li b{display:block;font-weight:600;font-size:.9rem;margin-top:.35rem}
li span{display:-webkit-box;-webkit-line-clamp:2;-webkit-box-orient:vertical;overflow:hidden;font-size:.78rem;line-height:1.3;color:var(--soft)}
`
