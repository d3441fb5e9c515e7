/** What `selfsame search` found, on a terminal and as JSON. */
import type { Found } from '../library/search-index.js'
import { printable } from '../printable.js'

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
