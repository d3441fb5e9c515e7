import { html, type Markup } from '../html.js'
import type { LookLine, MeasureLine, StepLine } from '../run/index.js'
import { type ChartOptions, chart, type Line, legend, type Point } from './chart.js'
import { alike, count, plural, quantity } from './format.js'
import { section } from './section.js'
import { runningMean } from './thin.js'

/** Loss over the run, what it was worth on the way, and schedules and speed as small charts below. */
export function trainingSection(steps: readonly StepLine[], looks: readonly LookLine[] = []): Markup {
  const lead = html`The loss says how far the network’s guess was from its target. Falling and then level is the usual course;
<em>it cannot show a collapse</em>, because a network that gives every picture the same vector also has a low loss.`
  if (steps.length === 0) return section('loss', 'Loss', lead, html`<p class="empty">No step was logged.</p>`)
  const lines = smoothed(
    'each logged step',
    series(steps, (row) => row.loss),
  )
  return section(
    'loss',
    'Loss',
    lead,
    html`${legend(lines)}
${chart({ label: `Loss over ${plural(steps.length, 'logged step')}`, lines })}
${brokenSteps(steps)}
${lookCharts(looks)}
<div class="grid">${smallCharts(steps)}</div>`,
  )
}

/** What the network knew while it learned, which the loss does not say: of classes, or of views where none were known. */
function lookCharts(looks: readonly LookLine[]): (Markup | false)[] {
  const probes = looks.filter((line) => line.type === 'probe')
  const views = looks.filter((line) => line.type === 'views')
  return [
    probes.length > 0 &&
      lookChart(
        'Classes read off while it learned',
        'Share of pictures put into their class over the steps',
        {
          lines: [
            { name: 'linear classifier', points: series(probes, (row) => 100 * row.linear), look: 'main' },
            { name: 'nearest neighbours', points: series(probes, (row) => 100 * row.knn), look: 'second' },
          ],
          text: 'Percent right, with few labels that the training never saw. While it rises, training longer pays.',
        },
      ),
    views.length > 0 &&
      lookChart(
        'Views found while it learned',
        'Mean reciprocal rank of a picture’s other view over the steps',
        {
          lines: [
            { name: 'halves', points: series(views, (row) => 100 * row.halves), look: 'main' },
            { name: 'from elsewhere', points: series(views, (row) => 100 * row.elsewhere), look: 'second' },
          ],
          text: 'One half of a picture looks for the other among those of all, and one view as if from elsewhere for another, which no training asks for: 100 % is found first, 50 % second. It is no proof that kinds are told apart.',
        },
      ),
  ]
}

function lookChart(title: string, label: string, { lines, text }: { lines: Line[]; text: string }): Markup {
  const percent = (value: number) => `${value.toFixed(1)} %`
  return html`<figure><figcaption><h3>${title}</h3>${legend(lines, percent)}</figcaption>
${chart({ label, lines, format: percent, unit: '%', small: true })}
<p>${text}</p></figure>
`
}

// a noisy series is drawn as a faint trace with its running mean over it
function smoothed(name: string, points: readonly Point[]): Line[] {
  const window = Math.floor(points.length / 40)
  if (window < 3) return [{ name, points, look: 'main' }]
  const mean = runningMean(
    points.map((point) => point.y),
    window,
  )
  const smooth = points.map(({ x, y }, i): Point => ({ x, y: Number.isFinite(y) ? (mean[i] ?? y) : y }))
  return [
    { name, points, look: 'faint' },
    { name: `mean of ${window} around it`, points: smooth, look: 'main' },
  ]
}

function brokenSteps(steps: readonly StepLine[]): Markup | false {
  const broken = steps.filter((row) => !Number.isFinite(row.loss))
  const [first] = broken
  if (!first) return false
  return html`<p class="warning">The loss was not a finite number at ${count(broken.length)} of ${plural(steps.length, 'logged step')},
first at step ${count(first.step)} (red marks). A smaller learning rate or gradient clipping is the usual cure.</p>`
}

function series<T extends { step: number }>(
  rows: readonly T[],
  value: (row: T) => number | undefined,
): Point[] {
  return rows.map((row) => ({ x: row.step, y: value(row) ?? Number.NaN }))
}

function smallCharts(steps: readonly StepLine[]): (Markup | false)[] {
  const plain = (name: string, points: readonly Point[]): Line[] => [{ name, points, look: 'main' }]
  const rate = series(steps, (row) => row.learningRate)
  const momentum = series(steps, (row) => row.tau)
  const speed = series(steps, (row) => row.imagesPerSecond)
  const waiting = series(steps, (row) => row.dataWait * 100)
  const share = (value: number) => `${value.toFixed(1)}%`
  return [
    small('Learning rate', 'Size of each correction.', { lines: plain('learning rate', rate), include: [0] }),
    small('Target momentum', 'How slowly the target network follows; at 1 it stands still.', {
      lines: plain('tau', momentum),
    }),
    small('Pictures a second', 'A dip is a pause, not a fault.', {
      lines: smoothed('a second', speed),
      include: [0],
      format: count,
    }),
    small('Waiting for pictures', 'Share of the time; if high, reading files is the brake.', {
      lines: smoothed('of the time', waiting),
      include: [0, 1],
      format: share,
      unit: '%',
    }),
  ]
}

function small(title: string, text: string, options: Omit<ChartOptions, 'label'>): Markup | false {
  const last = options.lines.at(-1)?.points.findLast((point) => Number.isFinite(point.y))
  if (!last) return false
  return html`<figure><figcaption><h3>${title} <b>${(options.format ?? quantity)(last.y)}</b></h3></figcaption>
${chart({ label: title, small: true, ...options })}<p>${text}</p></figure>
`
}

/** The three collapse measures and the verdict over time. */
export function collapseSection(measures: readonly MeasureLine[]): Markup {
  const lead = html`The one danger of learning without labels is that every picture ends up with the same vector. These
measures would show it. They are of the <em>projections</em>, the vectors that the loss compares, and not of the features under
them, which are judged above and kept.`
  if (measures.length === 0)
    return section('collapse', 'Collapse', lead, html`<p class="empty">Nothing was measured.</p>`)
  const spread: Line = { name: 'spread', points: series(measures, (row) => row.stdRatio), look: 'main' }
  const same: Line = { name: 'two views', points: series(measures, (row) => row.positive), look: 'main' }
  const others: Line = { name: 'others', points: series(measures, (row) => row.others), look: 'second' }
  // a method that looks at one view has nothing to compare it with
  const likeness = same.points.some(({ y }) => Number.isFinite(y)) ? [same, others] : [others]
  const rank: Line = {
    name: 'directions',
    points: series(measures, (row) => row.effectiveRank),
    look: 'main',
  }
  return section(
    'collapse',
    'Collapse',
    lead,
    html`<div class="grid three">
${small('Spread of the projections', 'Near 1 the vectors point every way; near 0 they are all alike.', {
  lines: [spread],
  include: [0],
  reference: { y: 1, text: 'evenly spread' },
})}
<figure><figcaption><h3>Likeness</h3>${legend(likeness, alike([1]))}</figcaption>
${chart({
  label: 'Cosine of two views and of different pictures',
  lines: likeness,
  include: [0, 1],
  format: alike([1]),
  gap: true,
  small: true,
})}
<p>${likeness.length > 1 ? 'Cosine of two views of one picture, and of different pictures: the gap is what was learned.' : 'Cosine of different pictures: near 1 they are all alike.'}</p></figure>
${small('Rank of the projections', 'Effective rank: how many independent directions they use; it should not sink towards 1.', { lines: [rank], include: [0] })}
</div>
${strip(measures)}`,
  )
}

function strip(measures: readonly MeasureLine[]): Markup | false {
  const first = measures[0]?.step ?? 0
  const length = (measures.at(-1)?.step ?? 0) - first
  if (!(length > 0)) return false
  const runs: { state: string; from: number; to: number }[] = []
  measures.forEach((row, i) => {
    const to = measures[i + 1]?.step ?? row.step
    const last = runs.at(-1)
    if (last?.state === row.state) last.to = to
    else runs.push({ state: row.state, from: row.step, to })
  })
  const states = [...new Set(runs.map((run) => run.state))]
  const width = (run: { from: number; to: number }) => Math.round(((run.to - run.from) / length) * 1e4) / 100
  return html`<div class="strip"><h3>Verdict over time</h3>
<div>${runs.map((run) => html`<i class="${run.state}" style="width:${width(run)}%" title="${run.state} from step ${count(run.from)}"></i>`)}</div>
<ul class="legend">${states.map((state) => html`<li><i class="block ${state}"></i>${state}</li>`)}</ul></div>`
}
