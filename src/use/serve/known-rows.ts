/** What is told of neighbours, in memory: ten rows here and there cost as much to read as some thousand in a row. */
import type { Row } from '../store/format.js'
import type { PictureIndex } from '../store/index-reader.js'

const COLUMNS = ['path', 'label', 'width', 'height'] as const
/** Some 150 bytes each; of a larger index rows are read as they are asked for. */
const MOST = 200_000

export type KnownRow = Pick<Row, (typeof COLUMNS)[number]>

/** Begins to read at once. @returns rows by their numbers */
export function knownRows(index: PictureIndex): (rows: readonly number[]) => Promise<KnownRow[]> {
  if (index.size > MOST) return (rows) => index.rows(rows, COLUMNS)
  const all = readAll(index)
  // told to whoever asks
  all.catch(() => {})
  return async (rows) => {
    const known = await all
    return rows.map((row) => known[row] as KnownRow)
  }
}

async function readAll(index: PictureIndex): Promise<KnownRow[]> {
  const all: KnownRow[] = []
  for await (const { rows } of index.allRows(COLUMNS)) all.push(...rows)
  return all
}
