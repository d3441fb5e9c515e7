/** Pictures of an index that are like others, with the model found again, and a page of them. */

import { writeWhole } from '../images/index.js'
import { printable } from '../printable.js'
import type { Model } from '../use/model/model.js'
import { contactSheet } from '../use/search/contact-sheet.js'
import { type Similar, similarPictures } from '../use/search/similar.js'
import { openIndex } from '../use/store/open-index.js'
import { modelFor } from './model-for.js'

export interface SearchOptions {
  k: number
  model?: string
  minScore?: number
  html?: string
  copies: 'show' | 'fold'
}

export interface Found {
  index: string
  size: number
  results: Similar[]
  html?: string
}

/**
 * Looks for pictures like others.
 * @param pictures files, or paths of the index
 * @throws UsageError when there is no index, picture or model, SelfsameError when something is damaged or cannot be written
 */
export async function searchIndex(
  folder: string,
  pictures: readonly string[],
  options: SearchOptions,
): Promise<Found> {
  const { k, model: path, minScore, html, copies } = options
  const index = await openIndex(folder)
  let opened: Model | undefined
  const model = async () => {
    opened = await modelFor(path ?? index.record.model.from, { engine: 'onnx' })
    return opened
  }
  try {
    const results = await similarPictures(index, pictures, model, {
      k,
      minScore,
      copies,
      thumbnails: html !== undefined,
    })
    const found = { index: folder, size: index.size, results }
    if (html === undefined) return found
    await writeWhole(html, sheetOf(found), { otherwise: 'give another file' })
    return { ...found, html }
  } finally {
    await opened?.close()
    await index.close()
  }
}

const count = (value: number) => value.toLocaleString('en')

function sheetOf({ index, size, results }: Found): string {
  const groups = results.map(({ query, thumbnail, hits }) => ({
    title: query,
    pictures: [
      { thumbnail, caption: 'asked for', path: query, first: true },
      ...hits.map((hit) => ({
        thumbnail: hit.thumbnail,
        caption: `${hit.score.toFixed(3)}${hit.copies.length > 0 ? ` × ${1 + hit.copies.length}` : ''}`,
        path: hit.path,
      })),
    ],
  }))
  return contactSheet(
    'Most alike',
    `Cosines with the ${count(size)} pictures of ${printable(index)}; × says how many are copies of one.`,
    groups,
  )
}
