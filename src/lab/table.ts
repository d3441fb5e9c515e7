/** A study's table: measured beside published. */
import { average } from '../judge/index.js'
import { MEASURES, type Measure, type Result, type Results, scaledValues } from './result.js'
import { pooled } from './statistics.js'
import type { Row, Study } from './study.js'

/** A table of texts. */
export interface TextTable {
  head: string[]
  rows: string[][]
}

/** Measures that no row has are left out. */
export function tableOf(study: Study, results: Results): TextTable {
  const shown = (Object.keys(MEASURES) as Measure[]).filter((measure) =>
    study.rows.some(({ name }) => scaledValues(results, name, measure).length > 0),
  )
  return {
    head: [
      '',
      ...shown.map((measure) => MEASURES[measure].title),
      'others, by quarters',
      'ended',
      'seeds',
      ...study.published.map(({ title }) => title),
    ],
    rows: study.rows.map((row) => [
      row.name,
      ...shown.map((measure) => figure(scaledValues(results, row.name, measure), measure)),
      quarters(results.get(row.name) ?? []),
      states(results.get(row.name) ?? [], row),
      String(results.get(row.name)?.length ?? 0),
      ...study.published.map((_, i) => published(row, i)),
    ]),
  }
}

/** Mean and, for shares of several seeds, their standard deviation. */
function figure(values: readonly number[], measure: Measure): string {
  if (values.length === 0) return '–'
  const { percent } = MEASURES[measure]
  const digits = percent || measure === 'rank' ? 1 : 2
  const text = average(values).toFixed(digits)
  return percent && values.length > 1 ? `${text} ± ${pooled([values]).deviation.toFixed(digits)}` : text
}

/** The mean cosine of different pictures after each quarter of the run: tells a late collapse from one that was overcome. */
function quarters(results: readonly Result[]): string {
  const all = results.map((result) => result.quarters ?? []).filter((own) => own.length > 0)
  const [first] = all
  if (!first) return '–'
  return first.map((_, quarter) => average(all.map((own) => own[quarter] ?? Number.NaN)).toFixed(2)).join(' ')
}

function states(results: readonly Result[], { untrained }: Row): string {
  if (untrained) return 'not trained'
  return [...new Set(results.map(({ state }) => state ?? '–'))].join(', ') || '–'
}

function published({ published }: Row, column: number): string {
  const value = published?.[column]
  return value === null || value === undefined ? '–' : String(value)
}

export function markdownTable({ head, rows }: TextTable): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map((_, i) => (i === 0 ? ':--' : '--:'))), ...rows.map(line)].join('\n')
}

/** Aligned columns for a terminal. */
export function plainTable({ head, rows }: TextTable): string {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)))
  return all
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
