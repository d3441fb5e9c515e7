/** Pages of what to label next, and of what was labelled. */
import { contactSheet } from '../search/contact-sheet.js'
import type { PictureIndex } from '../store/index-reader.js'
import type { Labelled } from './label-index.js'

const SHOWN = 12

export async function nextPage(index: PictureIndex, rows: readonly number[]): Promise<string> {
  const pictures = await index.rows(rows, ['path', 'thumbnail'])
  return contactSheet('To label next', 'The first to be labelled first.', [
    {
      title: '',
      pictures: pictures.map(({ path, thumbnail }, at) => ({ path, thumbnail, caption: String(at + 1) })),
    },
  ])
}

/** Of each class what is least sure, where an error shows first, and what is surest. */
export async function labelPage(index: PictureIndex, found: Labelled): Promise<string> {
  const groups = []
  const rows = [...found.labels.keys()].filter((row) => found.given[row] === 0)
  rows.sort((a, b) => (found.confidences[a] as number) - (found.confidences[b] as number) || a - b)
  for (const [at, title] of found.classes.entries()) {
    const own = rows.filter((row) => found.labels[row] === at)
    for (const [note, some] of [
      ['least sure', own.slice(0, SHOWN)],
      ['surest', own.slice(-SHOWN).reverse()],
    ] as const) {
      const pictures = await index.rows(some, ['path', 'thumbnail'])
      groups.push({
        title,
        note: `${own.length} labelled, the ${note}`,
        pictures: pictures.map(({ path, thumbnail }, i) => ({
          path,
          thumbnail,
          caption: (found.confidences[some[i] as number] as number).toFixed(2),
        })),
      })
    }
  }
  return contactSheet(
    'Labels',
    'Of each class what is least sure, where an error shows first, and what is surest.',
    groups,
  )
}
