/** The page's blind questions: whose neighbours are more like a picture? */
import { createHash } from 'node:crypto'
import { html, type Markup } from '../html.js'
import { clicksInWords } from '../judge/index.js'
import { commandBox } from './repeat.js'
import { section } from './section.js'
import { picture } from './thumb.js'
import type { ClickData, Thumb } from './types.js'

/** What the page's script is told: whose the sides are, and all that may have to be said. */
interface Told {
  /** Under which answers are kept between two looks at the page. */
  key: string
  /** For each question the side of the learned features, L or R. */
  learned: string
  /** By how many are answered, and how many of those are for the learned features. */
  said: string[][]
}

/** One question after the other, without a sign of which encoder is which; the script shows one at a time and counts. */
export function clickSection(data: ClickData): Markup {
  const { questions, command } = data
  return section(
    'clicks',
    'Your own eyes',
    html`A picture, and under it two times three that are near to it: by the trained encoder on one side and by ${data.rival} on the
other, as a coin fell. <em>Choose the side that you would rather have found</em>: click it, or press ← or →; where neither is better,
either. Where both find the same nothing is asked. Answers stay in this browser. Go through to the end before you look at the result: who
stops at a figure that pleases is deceived by chance.`,
    html`<noscript><p class="empty">These questions need scripts, which are switched off here.</p></noscript>
<div class="ask" data-clicks="${JSON.stringify(toldOf(data))}">${questions.map(
      ({ query, left, right }) => html`<div class="question" hidden>
<figure class="query">${picture(query, 'the picture in question')}</figure>
<div class="sets">${set('left', left)}${set('right', right)}</div></div>
`,
    )}<p class="said" role="status" hidden></p>
${command !== undefined && html`<div class="taken" hidden>${commandBox(`${command} 0/${questions.length}`)}</div>`}
<p class="steps" hidden><button type="button" data-do="back">Back</button><span></span><button type="button" data-do="result">Result so far</button></p></div>`,
  )
}

function set(side: 'left' | 'right', thumbs: readonly Thumb[]): Markup {
  const name = side === 'left' ? '← Left' : 'Right →'
  return html`<button type="button" class="set" data-side="${side === 'left' ? 'L' : 'R'}"><span>${thumbs.map((thumb) => picture(thumb, ''))}</span>${name}</button>`
}

function toldOf({ questions, rival }: ClickData): Told {
  const learned = questions.map((one) => (one.learned === 'left' ? 'L' : 'R')).join('')
  const hash = createHash('sha256').update(learned)
  for (const { query, left, right } of questions)
    for (const { bytes } of [query, ...left, ...right]) hash.update(bytes)
  const said = Array.from({ length: questions.length + 1 }, (_, of) =>
    Array.from({ length: of + 1 }, (_, chosen) => clicksInWords({ chosen, of }, rival)),
  )
  return { key: `selfsame-clicks-${hash.digest('hex').slice(0, 16)}`, learned, said }
}
