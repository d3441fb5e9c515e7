/** A study as a chart: one line a row, measured figures with their intervals on the left, published ones on the right. */
import { type Results, scaledValues } from './result.js'
import { hasCollapsed, spreads } from './spread.js'
import { contrast, type Estimate } from './statistics.js'
import type { Study } from './study.js'

const ROW = 26
const TOP = 46
const BOTTOM = 34
const LABELS = 300
const PANEL = 300
const GAP = 40
const INK = '#1a1a1a'
const FAINT = '#9a9a9a'
const GRID = '#e4e4e4'
const MARKS = ['#c2410c', '#1d4ed8', '#047857'] as const

interface Panel {
  left: number
  title: string
  at: (value: number) => number
  ticks: number[]
  /** Values at its two ends. */
  from: number
  to: number
}

/** What is drawn of a row: its seeds, their mean and its 95 % interval. */
interface Measured extends Estimate {
  values: readonly number[]
  collapsed: boolean
}

/** SVG; the axes are as much of 0 to 100 % as the rows need. */
export function draw(study: Study, results: Results): string {
  const measured = measuredOf(study, results)
  const published = study.rows.flatMap((row) =>
    (row.published ?? []).filter((one) => typeof one === 'number'),
  )
  const height = TOP + ROW * study.rows.length + BOTTOM
  const panels = [
    panel(LABELS, 'measured here: linear probe, %', measured.flatMap(extent)),
    ...(published.length > 0 ? [panel(LABELS + PANEL + GAP, 'published, %', published)] : []),
  ]
  const width = LABELS + panels.length * (PANEL + GAP)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="12" fill="${INK}">
<title>${inXml(study.title)}</title>
<rect width="100%" height="100%" fill="#fff"/>
${panels.map((one) => axis(one, height)).join('\n')}
${study.rows.map(({ name }, i) => `<text x="${LABELS - 14}" y="${middle(i) + 4}" text-anchor="end">${inXml(name)}</text>`).join('\n')}
${measured.map((one, i) => measuredMarks(one, i, panels[0] as Panel)).join('\n')}
${panels[1] ? study.rows.map((row, i) => publishedMarks(row.published ?? [], i, panels[1] as Panel)).join('\n') : ''}
${measured.some(({ collapsed }) => collapsed) ? `<text x="${LABELS}" y="${height - 2}">○ collapsed</text>` : ''}
${panels[1] && study.published.length > 1 ? legend(study, panels[1], height) : ''}
</svg>
`
}

function middle(row: number): number {
  return TOP + ROW * (row + 0.5)
}

/** An axis with margins on both sides, whose ends and ticks are round numbers. */
function panel(left: number, title: string, values: readonly number[]): Panel {
  const low = Math.min(...values, 100)
  const high = Math.max(...values, 0)
  const span = Math.max(high - low, 2)
  const step = [0.5, 1, 2, 5, 10, 20, 25].find((one) => span / one <= 6) ?? 50
  const from = Math.max(0, Math.floor((low - 0.08 * span) / step) * step)
  const to = Math.min(100, Math.ceil((high + 0.08 * span) / step) * step)
  const at = (value: number) => left + (PANEL * (value - from)) / (to - from)
  const ticks = Array.from({ length: Math.round((to - from) / step) + 1 }, (_, i) => from + i * step)
  return { left, title, at, ticks, from, to }
}

function axis({ left, title, at, ticks }: Panel, height: number): string {
  const lines = ticks.map(
    (tick) =>
      `<path d="M${round(at(tick))} ${TOP}V${height - BOTTOM}" stroke="${GRID}"/><text x="${round(at(tick))}" y="${height - BOTTOM + 16}" text-anchor="middle" fill="${FAINT}">${tick}</text>`,
  )
  return `<text x="${left}" y="22" font-weight="bold">${inXml(title)}</text>\n${lines.join('\n')}`
}

function measuredOf(study: Study, results: Results): Measured[] {
  const spreadOf = spreads(study, results)
  return study.rows.map(({ name }) => {
    const values = scaledValues(results, name, 'linear')
    const estimate = contrast([
      { weight: 1, values, spread: spreadOf(name, [{ measure: 'linear', weight: 1 }]) },
    ])
    return { ...estimate, values, collapsed: hasCollapsed(results.get(name) ?? []) }
  })
}

/** What the axis has to show. The interval of a collapsed row is left out, as it may be wider than all others together. */
function extent({ values, low, high, collapsed }: Measured): number[] {
  return [...values, ...(collapsed ? [] : [low, high].filter(Number.isFinite))]
}

function measuredMarks(
  { mean, low, high, values, collapsed }: Measured,
  i: number,
  { at, from, to }: Panel,
): string {
  const y = middle(i)
  if (values.length === 0) return `<text x="${LABELS}" y="${y + 4}" fill="${FAINT}">not measured</text>`
  const ends = [Math.max(low, from), Math.min(high, to)].map((value) => round(at(value)))
  const whisker = Number.isFinite(high - low)
    ? `<path d="M${ends[0]} ${y}H${ends[1]}" stroke="${INK}" stroke-width="1.5"/>${low < from ? `<path d="M${ends[0]} ${y}l6 -4v8z" fill="${INK}"/>` : ''}${high > to ? `<path d="M${ends[1]} ${y}l-6 -4v8z" fill="${INK}"/>` : ''}`
    : ''
  const seeds = values.map((value) => `<circle cx="${round(at(value))}" cy="${y}" r="2" fill="${FAINT}"/>`)
  const fill = collapsed ? `fill="#fff" stroke="${INK}" stroke-width="1.5"` : `fill="${INK}"`
  return `${whisker}${seeds.join('')}<circle cx="${round(at(mean))}" cy="${y}" r="4.5" ${fill}/>`
}

function publishedMarks(values: readonly (number | string | null)[], i: number, { at }: Panel): string {
  return values
    .map((value, column) =>
      typeof value === 'number'
        ? `<path d="M${round(at(value))} ${middle(i) - 6}l6 6l-6 6l-6 -6z" fill="none" stroke="${MARKS[column % MARKS.length]}" stroke-width="2"/>`
        : '',
    )
    .join('')
}

/** Of the columns with a number in any row; published words are not drawn. */
function legend({ rows, published }: Study, { left }: Panel, height: number): string {
  const drawn = published.flatMap(({ title }, i) =>
    rows.some((row) => typeof row.published?.[i] === 'number') ? [{ title, i }] : [],
  )
  return drawn
    .map(
      ({ title, i }, at) =>
        `<text x="${left + (at * PANEL) / drawn.length}" y="${height - 2}" fill="${MARKS[i % MARKS.length]}">◇ ${inXml(title)}</text>`,
    )
    .join('')
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

function inXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
