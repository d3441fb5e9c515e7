import { html, type Markup, type Part, raw } from '../html.js'
import { count, duration, quantity } from './format.js'
import { commandBox } from './repeat.js'
import type { ReportData } from './types.js'

type State = ReportData['verdict']['state']

const words: Record<State, string> = { healthy: 'Healthy', narrowing: 'Narrowing', collapsed: 'Collapsed' }

// each dot is a picture's vector: far apart, drawn together, or all on one spot
const dots: Record<State, [number, number][]> = {
  healthy: [
    [3, 4],
    [13, 3],
    [8, 8.5],
    [2.5, 13],
    [13.5, 12.5],
  ],
  narrowing: [
    [5, 6],
    [10.5, 5],
    [8, 8.5],
    [5.5, 11],
    [11, 10.5],
  ],
  collapsed: [[8, 8]],
}

/** Title, verdict, conclusion and the facts of the run. */
export function headline(data: ReportData): Markup {
  const { verdict } = data
  return html`<header>
<p class="brand">${mark} Selfsame <span>training report</span></p>
<h1>${data.title}</h1>
<p class="conclusion">${data.conclusion}</p>
${data.judged && html`<p class="judged">${data.judged}</p>`}
<div class="verdict ${verdict.state}">
<p class="badge">${badge(verdict.state)}</p>
<p>${unnamed(verdict)}${verdict.remedy && html` <span class="remedy">${withCode(verdict.remedy)}</span>`}</p>
</div>
${data.failures?.map((sentence) => html`<p class="failure">${sentence}</p>`)}
${data.advice && html`<p class="advice"><b>What next?</b> ${withCode(data.advice.sentence)}</p>${data.advice.command && commandBox(data.advice.command)}`}
<p class="about">An encoder turns a picture into a list of numbers, its vector. This one learned ${data.usesLabels ? 'with the classes of the pictures' : 'from the pictures alone, with no labels'}${data.idea && html`. ${data.method}: ${data.idea}`}.</p>
<dl class="facts">${facts(data).map(([name, value]) => html`<div class="${value.length > 16 && 'wide'}"><dt>${name}</dt><dd><bdi>${value}</bdi></dd></div>`)}</dl>
</header>
`
}

/** A sentence with the settings that it names in backquotes set as code. */
function withCode(sentence: string): Part {
  return sentence.split('`').map((part, i) => (i % 2 === 0 ? part : html`<code>${part}</code>`))
}

/** The verdict's sentence without its name, which the badge beside it says. */
function unnamed({ state, sentence }: ReportData['verdict']): string {
  const name = `${words[state]}: `
  if (!sentence.startsWith(name)) return sentence
  const rest = sentence.slice(name.length)
  return rest.charAt(0).toUpperCase() + rest.slice(1)
}

function facts(data: ReportData): [string, string][] {
  const { setup, training, judging } = data.seconds
  const last = data.steps.at(-1)
  const speeds = data.steps
    .map((row) => row.imagesPerSecond)
    .filter((speed) => speed > 0 && Number.isFinite(speed))
  const found: [string, string][] = [
    ['Data', data.data],
    ['Pictures', count(data.pictures)],
    ['Method', data.method],
    ['Encoder', data.encoder],
  ]
  if (last) found.push(['Steps', count(last.step)], ['Final loss', quantity(last.loss)])
  if (speeds.length > 0) found.push(['Typical speed', `${count(median(speeds))} pictures/s`])
  if (setup !== undefined) found.push(['Setting up', duration(setup)])
  found.push(['Training', duration(training)], ['Judging', duration(judging)], ['Date', data.date])
  return found
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

function badge(state: State): Markup {
  const circles = dots[state].map(
    ([x, y]) => `<circle cx="${x}" cy="${y}" r="${state === 'collapsed' ? 2.6 : 1.7}"/>`,
  )
  return html`<svg viewBox="0 0 16 16" aria-hidden="true">${raw(circles.join(''))}</svg>${words[state]}`
}

// two views of one thing
const mark = raw(
  '<svg viewBox="0 0 26 16" aria-hidden="true"><circle cx="9" cy="8" r="6.5"/><circle cx="17" cy="8" r="6.5"/></svg>',
)
