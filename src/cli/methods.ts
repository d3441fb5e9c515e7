import type { Command } from 'commander'
import { METHODS } from '../learn/methods.js'

export function define(command: Command): void {
  command
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  selfsame methods')
    .action(({ json }: { json?: boolean }) => {
      const rows = Object.values(METHODS).map(
        ({ name, title, paper, year, views, projector, predictor, target, presets }) => ({
          name,
          title,
          year,
          paper,
          views: views.length,
          projector: `${projector.hidden}-${projector.outputs}`,
          predictor: predictor ? `${predictor.hidden}-${projector.outputs}` : 'none',
          target: `EMA ${target.tau} ${target.schedule}`,
          presets: Object.fromEntries(
            Object.entries(presets).map(([preset, { source }]) => [preset, source]),
          ),
        }),
      )
      if (json) console.log(JSON.stringify({ methods: rows }))
      else console.log(table(rows))
    })
}

function table(rows: { [key: string]: unknown }[]): string {
  const columns = ['name', 'year', 'paper', 'views', 'projector', 'predictor', 'target', 'title']
  const cells = [columns, ...rows.map((row) => columns.map((column) => String(row[column])))]
  const widths = columns.map((_, i) => Math.max(...cells.map((line) => (line[i] ?? '').length)))
  return cells
    .map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
