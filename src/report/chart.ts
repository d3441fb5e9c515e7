import { html, type Markup, raw } from '../html.js'
import { quantity, short, tickText } from './format.js'
import { type Scale, stepScale, valueScale } from './scale.js'
import { thin } from './thin.js'

export interface Point {
  x: number
  y: number
}

export interface Line {
  name: string
  points: readonly Point[]
  /** `main` is the accent, `second` a grey beside it, `faint` a background trace. */
  look: 'main' | 'second' | 'faint'
}

export interface ChartOptions {
  /** What the picture shows, for those who cannot see it. */
  label: string
  lines: readonly Line[]
  /** Ends of the value axis; otherwise from the values. */
  range?: readonly [number, number]
  /** Values the axis must reach though no point does. */
  include?: readonly number[]
  reference?: { y: number; text: string }
  /** Shades what lies between the first and the second line. */
  gap?: boolean
  format?: (value: number) => string
  /** Written after the numbers of the value axis. */
  unit?: string
  small?: boolean
}

/**
 * A line chart as HTML and SVG. The lines stretch with the page while all text is HTML, so it stays legible on a phone;
 * values that are not finite break the line and are marked at its foot.
 */
export function chart(options: ChartOptions): Markup {
  const format = options.format ?? quantity
  const lines = options.lines.map((line) => ({ ...line, points: thin(line.points, (point) => point.y) }))
  const all = lines.flatMap((line) => line.points)
  const x = stepScale(all.map((point) => point.x))
  const reach = [...(options.include ?? []), ...(options.reference ? [options.reference.y] : [])]
  const drawn = all.map((point) => point.y)
  const y = drawn.some(Number.isFinite) ? valueScale([...drawn, ...reach], options.range) : undefined
  if (!x || !y) return html`<p class="empty">There is no value to draw.</p>`
  const tick = tickText(y.ticks, y.log)
  const { reference } = options
  return html`<div class="chart${options.small ? ' small' : ''}" data-chart="${hover(lines, x, format)}">
<div class="plot" role="img" aria-label="${options.label}">
<svg viewBox="0 0 1000 1000" preserveAspectRatio="none" aria-hidden="true">
<path class="grid" d="${y.ticks.map((value) => `M0 ${up(y, value)}H1000`).join('')}"/>
${options.gap && html`<path class="gap" d="${between(lines, x, y)}"/>`}
${reference && html`<path class="reference" d="M0 ${up(y, reference.y)}H1000"/>`}
${lines.map((line) => html`<path class="line ${line.look}" d="${trace(line.points, x, y)}"/>`)}
${lines.map((line) => html`<path class="dot ${line.look}" d="${lonely(line.points, x, y)}"/>`)}
<path class="missing" d="${missing(lines, x)}"/>
</svg>
${y.ticks.map((value) => html`<span class="y" style="top:${up(y, value) / 10}%">${tick(value)}${options.unit}</span>`)}
${x.ticks.map((step) => html`<span class="x" style="${tickPlace(x.at(step))}">${short(step)}</span>`)}
${y.log && html`<span class="note top">logarithmic scale</span>`}
${reference && html`<span class="note" style="top:${up(y, reference.y) / 10}%">${reference.text}</span>`}
</div>
</div>`
}

/** Names of the lines with their last value. */
export function legend(lines: readonly Line[], format: (value: number) => string = quantity): Markup {
  return html`<ul class="legend">${lines.map((line) => {
    const last = line.points.at(-1)
    return html`<li><i class="${line.look}"></i>${line.name} ${last && html`<b>${format(last.y)}</b>`}</li>`
  })}</ul>`
}

function up(y: Scale, value: number): number {
  return tidy(1000 * (1 - y.at(value)))
}

function tidy(value: number): number {
  return Math.round(value * 10) / 10
}

function place(point: Point, x: Scale, y: Scale): string {
  return `${tidy(1000 * x.at(point.x))} ${up(y, point.y)}`
}

function runs(points: readonly Point[]): Point[][] {
  const found: Point[][] = [[]]
  for (const point of points) {
    if (Number.isFinite(point.y)) found.at(-1)?.push(point)
    else found.push([])
  }
  return found.filter((run) => run.length > 0)
}

function trace(points: readonly Point[], x: Scale, y: Scale): string {
  return runs(points)
    .map((run) => `M${run.map((point) => place(point, x, y)).join('L')}`)
    .join('')
}

// a run of one point has no length: it is drawn as a round cap
function lonely(points: readonly Point[], x: Scale, y: Scale): string {
  return runs(points)
    .filter((run) => run.length === 1)
    .map(([point]) => (point ? `M${place(point, x, y)}h0` : ''))
    .join('')
}

function missing(lines: readonly Line[], x: Scale): string {
  const steps = lines.flatMap((line) => line.points.filter((point) => !Number.isFinite(point.y)))
  return [...new Set(steps.map((point) => tidy(1000 * x.at(point.x))))]
    .map((at) => `M${at} 955V1000`)
    .join('')
}

function between(lines: readonly Line[], x: Scale, y: Scale): string {
  const [over = [], under = []] = lines.map((line) => line.points.filter((point) => Number.isFinite(point.y)))
  if (over.length < 2 || under.length < 2) return ''
  const outline = [...over, ...under.toReversed()]
  return `M${outline.map((point) => place(point, x, y)).join('L')}Z`
}

function tickPlace(at: number): Markup {
  const shift = at < 0.04 ? 0 : at > 0.96 ? -100 : -50
  return raw(`left:${tidy(at * 100)}%;transform:translateX(${shift}%)`)
}

function hover(lines: readonly Line[], x: Scale, format: (value: number) => string): string {
  const shown = lines
    .filter((line) => line.look !== 'faint' || lines.length === 1)
    .map((line) => ({
      name: line.name,
      x: line.points.map((point) => point.x),
      // one text rather than a list: quotes are five letters each in an attribute
      text: line.points.map((point) => format(point.y)).join('|'),
    }))
  return JSON.stringify({ ends: x.ends, lines: shown })
}
