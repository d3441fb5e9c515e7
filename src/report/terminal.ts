import { withinSpread } from './scores.js'
import type { Score, ScoreRow } from './types.js'

const widest = 80
const header = ['', 'learned', 'raw pixels', 'untrained', 'ahead by']

/**
 * The judged protocols as plain text for the end of a run: aligned columns, at most 80 wide, percent with the spread
 * over repeats, and how many points the learned vectors are ahead of the better of the two others.
 *
 * @returns lines without a final line end; empty text for an empty table
 */
export function terminalTable(table: readonly ScoreRow[]): string {
  if (table.length === 0) return ''
  const digits = Math.max(
    ...table.flatMap((row) => [row.learned, row.pixels, row.untrained].map(spreadWidth)),
  )
  const rows = [header, ...table.map((row) => cells(row, table, digits))]
  const widths = header.map((_, column) => Math.max(...rows.map((row) => [...(row[column] ?? '')].length)))
  const numbers = widths.slice(1).reduce((sum, width) => sum + width + 2, 0)
  const names = Math.min(widths[0] ?? 0, widest - numbers)
  const lines = rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cut(cell, names).padEnd(names) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  )
  const tie = rows.some((row) => row[4]?.startsWith('≈')) ? '; ≈ within the spread' : ''
  return [...lines, `percent right ± spread; ahead of the better other in points${tie}`].join('\n')
}

function cells(row: ScoreRow, table: readonly ScoreRow[], digits: number): string[] {
  const twins = table.filter((other) => other.label === row.label).length
  const better = row.untrained.mean > row.pixels.mean ? row.untrained : row.pixels
  return [
    oneLine(twins > 1 ? `${row.protocol}: ${row.label}` : row.label),
    ...[row.learned, row.pixels, row.untrained].map(
      (score) => `${number(score.mean)} ± ${number(score.spread).padStart(digits)}`,
    ),
    ahead(row.learned, better),
  ]
}

function ahead(learned: Score, other: Score): string {
  const difference = (learned.mean - other.mean) * 100
  if (!Number.isFinite(difference)) return '-'
  const text = `${difference < 0 ? '-' : '+'}${Math.abs(difference).toFixed(1)}`
  return withinSpread(learned, other) ? `≈ ${text}` : text
}

function number(fraction: number): string {
  return Number.isFinite(fraction) ? (fraction * 100).toFixed(1) : '-'
}

function spreadWidth(score: Score): number {
  return number(score.spread).length
}

// a label from a file must not move the cursor
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim()
}

function cut(text: string, width: number): string {
  const letters = [...text]
  return letters.length > width ? `${letters.slice(0, Math.max(0, width - 1)).join('')}…` : text
}
