/** What docs/own-pictures.md shows of the results. */
import { choiceSection } from './choice.mjs'
import { BASELINES, COLUMNS } from './columns.mjs'
import { decisionSection } from './decisions.mjs'

const mean = (numbers) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length

/** Mean over seeds, with half of the mean 95 % interval of one; bold and struck by the leads over the best that needs no training. */
function cell(scores, leads = []) {
  const found = scores.filter(Boolean)
  if (found.length === 0) return '–'
  const text = `${(100 * mean(found.map((one) => one.mean))).toFixed(1)} ± ${(50 * mean(found.map((one) => one.high - one.low))).toFixed(1)}`
  const all = (verdict) => leads.length > 0 && leads.every((lead) => lead?.verdict === verdict)
  if (all('better')) return `**${text}**`
  return all('worse') ? `*${text}*` : text
}

function table(results) {
  const head = `| | ${Object.values(COLUMNS).join(' | ')} | training, s |\n|---|${'--:|'.repeat(Object.keys(COLUMNS).length + 1)}`
  const row = (name, group, contender, seconds) => {
    const cells = Object.keys(COLUMNS).map((line) =>
      cell(
        group.map(({ scores }) => scores[line]?.[contender]),
        contender === 'learned' ? group.map(({ leads }) => leads?.[line]) : [],
      ),
    )
    return `| ${name} | ${cells.join(' | ')} | ${seconds} |`
  }
  const methods = [...new Set(results.map(({ method }) => method))]
  const first = results.filter(({ method }) => method === methods[0])
  return [
    head,
    // untrained differs from method to method: that of the first is shown
    ...Object.entries(BASELINES).map(([contender, name]) => row(name, first, contender, '–')),
    ...methods.map((method) => {
      const group = results.filter((one) => one.method === method)
      const name = `\`${method}\`${group.length > 1 ? `, ${group.length} seeds` : ''}`
      // a run of so many passes may have shared the machine
      const timed = group.filter(({ passes }) => passes === undefined)
      const seconds = timed.length > 0 ? mean(timed.map(({ seconds }) => seconds)).toFixed(0) : '–'
      return row(name, group, 'learned', seconds)
    }),
  ].join('\n')
}

/** Markdown, a section an element. */
export function sections(results) {
  const groups = new Map()
  for (const one of results) {
    const title = `${one.set}, ${one.minutes} minutes`
    groups.set(title, [...(groups.get(title) ?? []), one])
  }
  const tables = [...groups].map(([title, group]) => {
    const { pictures, of } = group[0].judged
    return `### ${title}\n\n${pictures.toLocaleString('en')} of ${of.toLocaleString('en')} pictures judged.\n\n${table(group)}`
  })
  return [...tables, choiceSection(results), decisionSection(results)].filter(Boolean)
}
