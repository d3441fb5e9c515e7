// The table of speeds in README.md, from the newest results of each workload.
// usage: node bench/readme.mjs [--check]
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { leads, medianOf, ratioOf } from '../dist/bench/index.js'
import { inRoot } from '../scripts/lib/paths.mjs'

const BEGIN = '<!-- speed: node bench/readme.mjs -->'
const END = '<!-- end of speed -->'
const folder = inRoot('bench/results')

/** The newest of each workload and precision; names begin with the date. */
function newest() {
  const found = new Map()
  for (const name of readdirSync(folder).sort()) {
    const [, date, what] = /^(\d{4}-\d\d-\d\d)-(.+)[.]json$/.exec(name) ?? []
    if (date) found.set(what, JSON.parse(readFileSync(join(folder, name), 'utf8')))
  }
  return [...found].sort(([a], [b]) => a.localeCompare(b)).map(([, one]) => one)
}

function rowsOf({ title, machine, sides: [ours, ...others], date }) {
  const speed = (figures) => Number(medianOf(figures, 'full_images_per_second').toPrecision(3))
  return others.map(({ name, figures }, i) => {
    const memory = (100 * medianOf(ours.figures, 'peak_rss_mb')) / medianOf(figures, 'peak_rss_mb')
    return [
      i === 0 ? title : '',
      i === 0 ? `${ours.name.replace('ours, ', '')}: ${speed(ours.figures)}` : '',
      `${name.replace(/^lightly,? /, '')}: ${speed(figures)}`,
      `${ratioOf(ours.figures, figures, 'full_images_per_second').toFixed(1)} ×`,
      `${memory.toFixed(0)} %`,
      i === 0 ? `${date}, ${machine}` : '',
    ]
  })
}

const results = newest()
const rows = results
  .filter(({ sides }) => sides.length > 1 && sides[0].figures[0]?.full_images_per_second)
  .flatMap(rowsOf)
const head = ['Pictures a second, end to end', 'Selfsame', 'lightly', 'faster', 'memory', 'when and where']
const curves = results
  .filter(({ sides }) => sides.length > 1 && sides[0].figures[0]?.curve)
  .flatMap(({ title, sides }) => {
    const rounds = new Map(sides.map(({ name, figures }) => [{ name, command: [''] }, figures]))
    return leads(rounds).map((lead) => `- ${title}. ${lead}`)
  })
const line = (cells) => `| ${cells.join(' | ')} |`
const table = [
  line(head),
  line(head.map((_, i) => (i > 1 && i < 5 ? '--:' : ':--'))),
  ...rows.map(line),
  ...(curves.length > 0 ? ['', ...curves] : []),
].join('\n')

const path = inRoot('README.md')
const before = readFileSync(path, 'utf8')
const [start, end] = [before.indexOf(BEGIN), before.indexOf(END)]
if (start < 0 || end < start) throw new Error(`README.md has no ${BEGIN} … ${END}`)
const after = `${before.slice(0, start + BEGIN.length)}\n\n${table}\n\n${before.slice(end)}`
if (process.argv.includes('--check')) {
  if (after !== before)
    throw new Error('the table of speeds in README.md is not that of bench/results: node bench/readme.mjs')
} else writeFileSync(path, after)
