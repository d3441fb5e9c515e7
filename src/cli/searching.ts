/** What `selfsame search` does, and how it tells of it. */

import { writeWhole } from '../images/index.js'
import { modelFor } from '../library/model-for.js'
import { printable } from '../printable.js'
import type { Model } from '../use/model/model.js'
import { contactSheet } from '../use/search/contact-sheet.js'
import { type Similar, similarPictures } from '../use/search/similar.js'
import { openIndex } from '../use/store/open-index.js'

export interface SearchOptions {
  k: number
  model?: string
  minScore?: number
  html?: string
  copies: 'show' | 'fold'
  json?: boolean
}

export interface Found {
  index: string
  size: number
  results: Similar[]
  html?: string
}

export async function searchVerb(
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

/** A table for each picture. */
export function searchText({ results, html }: Found): string {
  const tables = results.map(({ query, hits }) => {
    const lines = hits.map(({ score, path, label, copies }) => {
      const more = copies.length > 0 ? `  (${copies.length} more of the same bytes)` : ''
      return `  ${score.toFixed(3).padStart(6)}  ${printable(path)}${label === null ? '' : `  ${printable(label)}`}${more}`
    })
    return [`${printable(query)}:`, ...(lines.length > 0 ? lines : ['  nothing'])].join('\n')
  })
  return [...tables, ...(html === undefined ? [] : [`Page: ${printable(html)}`])].join('\n\n')
}

/** The same as one object. */
export function searchJson({ index, size, results, html }: Found) {
  return {
    index,
    pictures: size,
    results: results.map(({ query, hits }) => ({
      query,
      neighbours: hits.map(({ path, label, score, copies }) => ({ path, label, score, copies })),
    })),
    ...(html !== undefined && { html }),
  }
}
