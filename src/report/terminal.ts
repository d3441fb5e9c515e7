/** Results as plain text for the end of an evaluation: aligned columns, at most 80 wide. */
import {
  aheadOf,
  CONTENDERS,
  type Contender,
  type Decision,
  type LabelFreeLine,
  type Line,
  type Table,
} from '../judge/index.js'
import { publishedName } from '../judge/published.js'
import { printable } from '../printable.js'
import { DECISION_WORDS, decisionNames } from './decision.js'
import { alike } from './format.js'
import { groupsOf, half, namesOf } from './groups.js'
import { transferTable } from './transfer-table.js'
import type { TransferData } from './types.js'

const WIDEST = 80

/** How a table is set: with room, or so that five and more contenders fit. */
interface Look {
  indent: string
  /** Between a figure and its ±. */
  space: string
  /** Lines of a column's head. */
  head: (name: Contender) => readonly string[]
  ahead: readonly string[]
}

const wideLook = (given: boolean): Look => ({
  indent: '  ',
  space: ' ',
  head: (name) => [namesOf(given)[name].toLowerCase()],
  ahead: ['ahead by'],
})

const NARROW_HEADS: Record<Contender, readonly [string, string]> = {
  learned: ['', 'learned'],
  pixels: ['raw', 'pixels'],
  whitened: ['', 'whitened'],
  untrained: ['un-', 'trained'],
  closed: ['closed', 'form'],
  supervised: ['super-', 'vised'],
}
const narrowLook = (given: boolean): Look => ({
  indent: ' ',
  space: '',
  head: (name) => (given && name === 'untrained' ? ['as', 'given'] : NARROW_HEADS[name]),
  ahead: ['ahead', 'by'],
})

/**
 * The judged lines by protocol: percent ± half of the 95 % interval for each contender, and how many points the learned
 * vectors are ahead of the best of what needs no training.
 * @param given whether training began from given weights
 * @returns lines without a final line end; empty text for an empty table
 */
export function terminalTable(table: Table, given = false): string {
  if (table.length === 0) return ''
  const wide = rowsOf(table, wideLook(given))
  const names = wide.filter((cells) => cells.length > 1).map(([name = '']) => [...name].length)
  const fits = namesWidth(wide) >= Math.max(...names)
  const rows = fits ? wide : wrapped(rowsOf(table, narrowLook(given)))
  const tie = rows.some((cells) => cells.at(-1)?.startsWith('≈')) ? '; ≈ may be chance' : ''
  return [
    ...aligned(rows),
    'Percent, ± half of the 95 % interval; points ahead of the best that needs no',
    `training${tie}.`,
  ].join('\n')
}

function rowsOf(table: Table, look: Look): string[][] {
  const shown = CONTENDERS.filter((name) => table.some(({ scores }) => scores[name]))
  const halves = table.flatMap(({ scores }) => Object.values(scores).map((score) => percent(half(score))))
  const digits = Math.max(...halves.map((text) => text.length))
  const heads = look.ahead.map((ahead, i) => [
    '',
    ...shown.map((name) => look.head(name)[i] as string),
    ahead,
  ])
  const row = (line: Line, indent: string) => [
    indent + printable(line.label),
    ...shown.map((name) => {
      const score = line.scores[name]
      return score ? `${percent(score.mean)}${look.space}±${percent(half(score)).padStart(digits)}` : '–'
    }),
    ahead(line),
  ]
  const rows = groupsOf(table).flatMap(({ title, lines }) => {
    const [only] = lines
    if (lines.length === 1 && only) return [row(only, '')]
    return [[title], ...lines.map((line) => row(line, look.indent))]
  })
  return [...heads, ...rows]
}

/** Names that are too long begin on a line of their own, and end beside the numbers. */
function wrapped(rows: readonly string[][]): string[][] {
  const width = namesWidth(rows)
  return rows.flatMap((cells) => {
    const [name = '', ...numbers] = cells
    if (numbers.length === 0 || [...name].length <= width) return [cells]
    const words = name.trimStart().split(' ')
    const indent = ' '.repeat(name.length - name.trimStart().length)
    const begin = (from: number) => indent + words.slice(0, from).join(' ')
    const end = (from: number) => `${indent}  ${words.slice(from).join(' ')}`
    const narrow = (text: string) => [...text].length <= width
    const places = [...words.keys()].filter((from) => from > 0 && narrow(end(from)))
    const from = places.findLast((one) => narrow(begin(one))) ?? places[0]
    return from === undefined ? [cells] : [[begin(from)], [end(from), ...numbers]]
  })
}

function ahead(line: Line): string {
  const found = aheadOf(line.scores)
  if (!found || !Number.isFinite(found.mean)) return '–'
  const points = 100 * found.mean
  const text = `${points < 0 ? '-' : '+'}${Math.abs(points).toFixed(1)}`
  return found.verdict === 'level' ? `≈ ${text}` : text
}

/** What was measured without labels, one measure a line; shares of 1 as percent. */
export function terminalLabelFree(lines: readonly LabelFreeLine[], given = false): string {
  const [first] = lines
  if (!first) return ''
  const shown = CONTENDERS.filter((name) => name in first.scores)
  const rows = lines.map(({ label, share, scores }) => {
    const unit = share ? 100 : 1
    const values = Object.values(scores)
    const text = alike(values.map(({ value }) => value * unit))
    return [
      share ? `${printable(label)}, %` : printable(label),
      ...Object.values(scores).map(
        (one) => `${text(one.value * unit)} ±${text(half(one) * unit).padStart(5)}`,
      ),
    ]
  })
  return aligned([
    ['Without labels', ...shown.map((name) => namesOf(given)[name].toLowerCase())],
    ...rows,
  ]).join('\n')
}

/** What was asked to decide without labels: the score of each contender, and the lead over the best that needs no training. */
export function terminalDecision(decision: Decision, given = false): string {
  const names = decisionNames(given)
  const around = (value: number, one: { low: number; high: number }) =>
    `${percent(value).padStart(5)} ±${percent(half(one)).padStart(4)}`
  const { scores, lead, halves, rival, evidence, asked } = decision
  const shown = names.flatMap(([name, called]) => {
    const score = scores[name]
    return score ? [[`  ${called.toLowerCase()}`, around(score.value, score)]] : []
  })
  return aligned([
    [DECISION_WORDS[evidence].title(asked.toLocaleString('en'))],
    ...shown,
    [`  ahead of ${new Map(names).get(rival)?.toLowerCase()}`, around(lead.mean, lead)],
    ...halves.map((one, i) => [
      `    ${i === 0 ? 'first' : 'second'} half of the pictures`,
      around(one.mean, one),
    ]),
  ]).join('\n')
}

/** Contenders down, sets across, percent ± half of the 95 % interval; published rows below. */
export function terminalTransfer(transfer: TransferData, given = false): string {
  if (transfer.sets.length === 0) return ''
  const { measured, published } = transferTable(transfer, given)
  const rows = [
    ['Other pictures', ...transfer.sets.map(({ set }) => printable(publishedName(set))), 'mean'],
    ...measured.map(({ label, cells, mean }) => [
      label,
      ...cells.map((cell) => (cell ? `${percent(cell.mean)} ±${percent(cell.half).padStart(4)}` : '–')),
      mean === undefined ? '–' : percent(mean),
    ]),
    ...published.map(({ label, cells }) => [
      label,
      ...cells.map((cell) => (cell === undefined ? '–' : percent(cell))),
      '–',
    ]),
  ]
  const told =
    published.length > 0
      ? ['The last rows are published (arXiv 2006.07733): another and larger encoder.']
      : []
  return [...aligned(rows), ...told, ...transfer.notes.map((note) => `${printable(note)}.`)].join('\n')
}

function percent(fraction: number): string {
  return Number.isFinite(fraction) ? (fraction * 100).toFixed(1) : '–'
}

/** Rows with their columns under each other, the first to the left; a row of one cell is a heading. */
export function aligned(rows: readonly string[][]): string[] {
  const { widths, gap } = columnsOf(rows)
  const names = namesWidth(rows)
  return rows.map(([name = '', ...cells]) =>
    [cut(name, cells.length > 0 ? names : WIDEST).padEnd(cells.length > 0 ? names : 0)]
      .concat(cells.map((cell, column) => cell.padStart(widths[column + 1] ?? 0)))
      .join(' '.repeat(gap)),
  )
}

/** How wide the first column may be, and need not be wider. */
function namesWidth(rows: readonly string[][]): number {
  const { widths, gap } = columnsOf(rows)
  const numbers = widths.slice(1).reduce((sum, width) => sum + width + gap, 0)
  return Math.max(8, Math.min(widths[0] ?? 0, WIDEST - numbers))
}

function columnsOf(rows: readonly string[][]): { widths: number[]; gap: number } {
  const columns = Math.max(...rows.map((cells) => cells.length))
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.filter((cells) => cells.length > 1).map((cells) => [...(cells[column] ?? '')].length)),
  )
  return { widths, gap: widths.length > 5 ? 1 : 2 }
}

function cut(text: string, width: number): string {
  const letters = [...text]
  return letters.length > width ? `${letters.slice(0, Math.max(0, width - 1)).join('')}…` : text
}
