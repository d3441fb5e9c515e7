/** What was measured, as a page for `bench/results/`. */
import { type Figures, medianOf, type Rounds, ratioOf, type Side, SPEEDS, type Speed } from './compare.js'

/** How the figures of a page were made. */
export interface PageOptions {
  title: string
  date: string
  machine: string
  command: string
}

/** A table of medians, and one of the ratios of the first side's speeds to each other's. */
export function page(rounds: Rounds, { title, date, machine, command }: PageOptions): string {
  const sides = [...rounds]
  const [ours, ...others] = sides
  const shown = (Object.keys(SPEEDS) as Speed[]).filter((key) =>
    sides.some(([, figures]) => medianOf(figures, key) !== undefined),
  )
  const count = ours?.[1].length ?? 0
  return [
    `# ${title}`,
    '',
    `${date}, ${machine}. Pictures a second, median of ${count} ${count === 1 ? 'round' : 'rounds in turn'} (each in brackets).`,
    '',
    table(
      ['', ...shown.map((key) => SPEEDS[key]), 'peak memory, MB'],
      sides.map(([side, figures]) => [
        side.name,
        ...shown.map((key) => withAll(figures, key)),
        shownNumber(medianOf(figures, 'peak_rss_mb')),
      ]),
    ),
    ...(ours && others.length > 0 ? ['', ratios(ours, others, shown)] : []),
    ...limitLine(ours),
    ...ending(command),
  ].join('\n')
}

export function ending(command: string): string[] {
  return ['', '```sh', command, '```', '']
}

function ratios(
  [ours, own]: [Side, readonly Figures[]],
  others: readonly [Side, readonly Figures[]][],
  shown: readonly Speed[],
): string {
  const compared = shown.filter((key) => others.some(([, theirs]) => ratioOf(own, theirs, key) !== undefined))
  return table(
    [`${ours.name} over`, ...compared.map((key) => SPEEDS[key]), 'peak memory'],
    others.map(([side, theirs]) => [
      side.name,
      ...compared.map((key) => {
        const ratio = ratioOf(own, theirs, key)
        return ratio === undefined ? '–' : `${ratio.toFixed(2)} ×`
      }),
      share(medianOf(own, 'peak_rss_mb'), medianOf(theirs, 'peak_rss_mb')),
    ]),
  )
}

function limitLine(ours: [Side, readonly Figures[]] | undefined): string[] {
  const [full, limit] = (['full_images_per_second', 'limit_images_per_second'] as const).map(
    (key) => ours && medianOf(ours[1], key),
  )
  if (!full || !limit) return []
  const says = `End to end is ${share(full, limit)} of libtorch’s convolutions and products alone, each in its faster layout.`
  return ['', says]
}

function share(part: number | undefined, whole: number | undefined): string {
  return part === undefined || whole === undefined ? '–' : `${((100 * part) / whole).toFixed(0)} %`
}

function withAll(figures: readonly Figures[], key: Speed): string {
  const middle = medianOf(figures, key)
  if (middle === undefined) return '–'
  const all = figures.map((one) => shownNumber(one[key]))
  return figures.length > 1 ? `${shownNumber(middle)} (${all.join(', ')})` : shownNumber(middle)
}

function shownNumber(value: number | undefined): string {
  return value === undefined ? '–' : String(Number(value.toPrecision(value < 100 ? 3 : 4)))
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, i) => (i === 0 ? ':--' : '--:'))), ...rows.map(line)].join('\n')
}
