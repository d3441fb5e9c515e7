/** What `selfsame label` does, and how it tells of it. */
import { writeWhole } from '../images/index.js'
import { printable } from '../printable.js'
import { readLabels } from '../use/label/given.js'
import { labelIndex, matched } from '../use/label/label-index.js'
import { nextToLabel } from '../use/label/next.js'
import { labelPage, nextPage } from '../use/label/pages.js'
import { askLines, labelLines, labelText } from '../use/label/write-labels.js'
import type { PictureIndex } from '../use/store/index-reader.js'
import { openIndex } from '../use/store/open-index.js'
import { type Working, working } from './working.js'

export interface LabelVerbOptions {
  labels?: string
  out?: string
  unsure: number
  next?: number
  none?: boolean
  html?: string
  seed: number
  json?: boolean
}

const ELSEWHERE = { otherwise: 'give another file' }
const NAMED = 5

export async function labelVerb(
  folder: string,
  options: LabelVerbOptions,
): Promise<{ text: string; json: object }> {
  const index = await openIndex(folder)
  try {
    const given = options.labels === undefined ? undefined : await readLabels(options.labels)
    const examples = options.none
      ? { rows: [], labels: new Int32Array(), classes: [], unknown: [] }
      : await matched(index, given)
    const notes = unknownLines(examples.unknown)
    const { text, json } = await working<{ text: string; json: object }>((how) =>
      options.next === undefined
        ? labelling(index, examples, options, how)
        : asking(index, examples, options.next, options, how),
    )
    return { text: [...notes, text].join('\n'), json: { index: folder, unknown: examples.unknown, ...json } }
  } finally {
    await index.close()
  }
}

type Examples = Awaited<ReturnType<typeof matched>>

async function labelling(index: PictureIndex, examples: Examples, options: LabelVerbOptions, how: Working) {
  const { out, html, unsure, seed } = options
  const found = await labelIndex(index, examples, { seed, ...how })
  if (out !== undefined) await writeWhole(out, await labelLines(index, found, unsure), ELSEWHERE)
  if (html !== undefined) await writeWhole(html, await labelPage(index, found), ELSEWHERE)
  const files = [out, html].flatMap((file) => file ?? [])
  const sure = found.confidences.reduce(
    (sum, one, row) => sum + Number(found.given[row] === 0 && one >= unsure),
    0,
  )
  return {
    text: [labelText(found, unsure), ...files.map(printable)].join('\n'),
    json: {
      pictures: index.size,
      classes: found.classes,
      given: examples.rows.length,
      sure,
      unsure: index.size - examples.rows.length - sure,
      calibrated: found.calibrated,
      left_out: found.leftOut,
      penalty: found.penalty,
      files,
    },
  }
}

async function asking(
  index: PictureIndex,
  examples: Examples,
  count: number,
  options: LabelVerbOptions,
  how: Working,
) {
  const { out, html, seed } = options
  const margins =
    examples.classes.length > 1 ? (await labelIndex(index, examples, { seed, ...how })).margins : undefined
  const rows = await nextToLabel(index, { count, labelled: examples.rows, ...(margins && { margins }), seed })
  const paths = (await index.rows(rows, ['path'])).map(({ path }) => path)
  if (out !== undefined) await writeWhole(out, askLines(paths), ELSEWHERE)
  if (html !== undefined) await writeWhole(html, await nextPage(index, rows), ELSEWHERE)
  const files = [out, html].flatMap((file) => file ?? [])
  return {
    text: [
      `Label these next, beside the ${examples.rows.length} that are:`,
      ...[...paths, ...files].map(printable),
    ].join('\n'),
    json: { pictures: index.size, given: examples.rows.length, next: paths, files },
  }
}

function unknownLines(unknown: readonly string[]): string[] {
  if (unknown.length === 0) return []
  const named = unknown.slice(0, NAMED).map(printable).join(', ')
  return [
    `${unknown.length} labelled paths are not in the index: ${named}${unknown.length > NAMED ? ' …' : ''}\n`,
  ]
}
