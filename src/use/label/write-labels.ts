/** Labels as a table that the same command reads again. */
import { printable } from '../../printable.js'
import type { PictureIndex } from '../store/index-reader.js'
import type { Labelled } from './label-index.js'

/** Lines of CSV (RFC 4180) of all rows: path, label, confidence, and whether it was given, is sure or unsure. */
export async function labelLines(index: PictureIndex, found: Labelled, unsure: number): Promise<string> {
  const lines = ['path,label,confidence,status']
  for await (const { first, rows } of index.allRows(['path']))
    for (const [at, { path }] of rows.entries()) {
      const row = first + at
      const confidence = found.confidences[row] as number
      const status = found.given[row] === 1 ? 'given' : confidence < unsure ? 'unsure' : 'sure'
      lines.push(
        [
          cell(path),
          cell(found.classes[found.labels[row] as number] as string),
          confidence.toFixed(4),
          status,
        ].join(','),
      )
    }
  return `${lines.join('\n')}\n`
}

/** Lines of what to label: the second column is to be filled in. */
export function askLines(paths: readonly string[]): string {
  return `${['path,label', ...paths.map((path) => `${cell(path)},`)].join('\n')}\n`
}

/** Quoted where a comma, a quote or a line end is in it. */
export function cell(text: string): string {
  return /[",\r\n]/.test(text) || text.trim() !== text ? `"${text.replaceAll('"', '""')}"` : text
}

/** How many of each class, and how sure. */
export function labelText(found: Labelled, unsure: number): string {
  const counts = found.classes.map(() => ({ given: 0, sure: 0, unsure: 0 }))
  for (let row = 0; row < found.labels.length; row++) {
    const own = counts[found.labels[row] as number] as (typeof counts)[number]
    own[found.given[row] === 1 ? 'given' : (found.confidences[row] as number) < unsure ? 'unsure' : 'sure']++
  }
  const width = Math.max(...found.classes.map((name) => printable(name).length))
  const lines = found.classes.map((name, at) => {
    const own = counts[at] as (typeof counts)[number]
    return `${printable(name).padEnd(width)}  ${[own.given, own.sure, own.unsure].map((one) => String(one).padStart(7)).join('')}`
  })
  const { right, of } = found.leftOut
  const told = found.calibrated
    ? `Of ${of} examples left out one by one ${((100 * right) / of).toFixed(0)} % are named rightly; confidences are calibrated on them.`
    : 'There are too few examples to leave some out: confidences are cautious guesses. Two or more of each class would tell.'
  return [`${''.padEnd(width)}    given   sure unsure`, ...lines, '', told].join('\n')
}
