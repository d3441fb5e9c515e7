import { printable, printableIn } from './printable.js'

/** Text that is already HTML and is not escaped again. */
export class Markup {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** What a template may hold: text is escaped, markup is kept, `undefined` and `false` vanish. */
export type Part = string | number | Markup | undefined | false | readonly Part[]

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Makes text safe between tags and in quoted attributes; what is unseen is shown, but for line ends and tabs. */
export function escapeText(text: string): string {
  return text
    .split(/([\n\t])/)
    .map((part) => (part === '\n' || part === '\t' ? part : printable(part)))
    .join('')
    .replace(/[&<>"']/g, (character) => entities[character] ?? '')
}

/** Tagged template for HTML: every text put in is escaped unless it is {@link Markup}. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Markup {
  return new Markup(strings.reduce((text, next, i) => text + render(parts[i - 1]) + next))
}

/** Marks text made by this program as HTML. */
export function raw(text: string): Markup {
  return new Markup(text)
}

/** JSON that can stand inside a script element: no `<` can close it. */
export function inlineJson(value: unknown): Markup {
  return new Markup(JSON.stringify(printableIn(value)).replaceAll('<', '\\u003c'))
}

function render(part: Part): string {
  if (part === undefined || part === false) return ''
  if (part instanceof Markup) return part.text
  if (typeof part === 'string') return escapeText(part)
  if (typeof part === 'number') return String(part)
  return part.map(render).join('')
}
