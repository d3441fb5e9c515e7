import { html, type Markup, type Part } from '../html.js'
import { count, plural } from './format.js'
import { section } from './section.js'
import type { ReportData } from './types.js'

const pathsShown = 8
const reasonsShown = 20

/** Files that could not be used, by reason. */
export function asideSection(setAside: ReportData['setAside']): Markup {
  const lead = 'Files that could not be used as pictures; training went on without them.'
  if (setAside.length === 0) {
    return section('aside', 'Set aside', lead, html`<p class="empty">None: every picture could be read.</p>`)
  }
  const reasons = [...byReason(setAside)].sort((a, b) => b[1].length - a[1].length)
  const more = reasons.length - reasonsShown
  return section(
    'aside',
    'Set aside',
    html`${lead} ${plural(setAside.length, 'file')} in all.`,
    html`${reasons.slice(0, reasonsShown).map(
      ([reason, files]) => html`<div class="reason"><h3>${reason} <b>${count(files.length)}</b></h3>
<ul>${files.slice(0, pathsShown).map((file) => html`<li><bdi>${file.path}</bdi></li>`)}${
        files.length > pathsShown && html`<li class="more">and ${count(files.length - pathsShown)} more</li>`
      }</ul></div>
`,
    )}${more > 0 && html`<p class="foot">and ${plural(more, 'other reason')}</p>`}`,
  )
}

function byReason(setAside: ReportData['setAside']): Map<string, ReportData['setAside']> {
  const groups = new Map<string, ReportData['setAside']>()
  for (const file of setAside) {
    const group = groups.get(file.reason)
    if (group) group.push(file)
    else groups.set(file.reason, [file])
  }
  return groups
}

/** The command, settings and machine that repeat the run. */
export function repeatSection(data: ReportData): Markup {
  const rows: [string, string][] = [
    ...flatten(data.settings),
    ['version', data.version],
    ['machine', data.machine],
  ]
  return section(
    'repeat',
    'To repeat it',
    'The command and every setting behind this report.',
    html`${commandBox(data.command)}
<table class="settings"><tbody>${rows.map(
      ([name, value]) => html`<tr><th scope="row">${name}</th><td><bdi>${value}</bdi></td></tr>
`,
    )}</tbody></table>`,
  )
}

/** A command to be copied. */
export function commandBox(command: string): Markup {
  return html`<div class="command"><pre><code>${words(command)}</code></pre></div>`
}

// each word stays whole where it fits, so that no line ends within an option
function words(command: string): Part {
  return command.split(' ').map((word, i) => html`${i > 0 && ' '}<span>${word}</span>`)
}

/** Nested settings as dotted names; lists and scalars in one line each. */
export function flatten(settings: Record<string, unknown>, prefix = ''): [string, string][] {
  return Object.entries(settings).flatMap(([name, value]): [string, string][] => {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    if (isObject && Object.keys(value).length > 0)
      return flatten(value as Record<string, unknown>, `${prefix}${name}.`)
    return [[prefix + name, inWords(value)]]
  })
}

function inWords(value: unknown): string {
  if (typeof value === 'string') return value
  // JSON turns NaN and infinity into null, which would hide them
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  return JSON.stringify(value) ?? String(value)
}
