import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import {
  type AsyncBuffer,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
  type RowGroup,
} from 'hyparquet'
import { SelfsameError, UsageError } from '../../errors.js'
import { knownFile, readPart } from '../arrays/handles.js'
import { PictureError } from '../picture.js'
import { type ParquetColumns, parquetColumns } from './parquet-columns.js'

/** A Parquet file whose footer has been read. */
export interface ParquetFile {
  path: string
  buffer: AsyncBuffer
  metadata: FileMetaData
  columns: ParquetColumns
}

// snappy is the reader's own
const COMPRESSORS: Compressors = {
  GZIP: (input) => gunzipSync(input),
  BROTLI: (input) => brotliDecompressSync(input),
}
// a footer that states more is damaged: even the numbers of the rows would not fit
const MOST_ROWS = 100_000_000

/**
 * Reads the footer.
 * @throws UsageError when there is no column of pictures or paths, SelfsameError when the file is damaged or written in a way that is not read
 */
export async function openParquet(path: string): Promise<ParquetFile> {
  const file = await knownFile(path)
  const part = async (from: number, to: number) => {
    if (!(from >= 0 && from <= to && to <= file.size))
      throw new RangeError('a part of it lies beyond its end')
    const { buffer, byteOffset, byteLength } = await readPart(file, from, to - from, path)
    // small parts lie in memory shared with others
    const own = byteLength === buffer.byteLength ? buffer : buffer.slice(byteOffset, byteOffset + byteLength)
    return own as ArrayBuffer
  }
  const slice = (from: number, to = file.size) => {
    const bytes = part(from, to)
    // of several reads at once only the first that fails is waited for
    bytes.catch(() => undefined)
    return bytes
  }
  const buffer = { byteLength: file.size, slice }
  try {
    const metadata = await parquetMetadataAsync(buffer)
    const counts = metadata.row_groups.map(({ num_rows: rows }) => Number(rows))
    const rows = counts.reduce((sum, count) => sum + count, 0)
    if (rows !== Number(metadata.num_rows) || rows > MOST_ROWS || counts.some((count) => count < 0))
      throw new Error(`it states ${metadata.num_rows} rows and holds ${rows}`)
    return { path, buffer, metadata, columns: parquetColumns(path, metadata) }
  } catch (error) {
    if (error instanceof PictureError) throw new SelfsameError(error.reason)
    if (error instanceof UsageError) throw error
    // a damaged footer may state anything, also values of other types than it should
    throw damaged(path, error)
  }
}

/**
 * Values of one column of one group of rows.
 * @param from first row within the group
 * @param to the row after the last
 */
export async function readColumn(
  { buffer, metadata }: ParquetFile,
  group: RowGroup,
  column: string,
  from: number,
  to: number,
): Promise<unknown[]> {
  const values = new Array<unknown>(to - from).fill(undefined)
  await parquetRead({
    file: buffer,
    // the other groups would be looked through each time
    metadata: { ...metadata, row_groups: [group], num_rows: group.num_rows },
    columns: [column],
    rowStart: from,
    rowEnd: to,
    compressors: COMPRESSORS,
    utf8: false,
    // may bring more rows than were asked for, and none twice
    onChunk: ({ columnData, rowStart }) => {
      const end = Math.min(columnData.length, to - rowStart)
      for (let i = Math.max(0, from - rowStart); i < end; i++) values[rowStart + i - from] = columnData[i]
    },
  })
  return values
}

/** What is said of a file that cannot be made sense of. */
export function damaged(path: string, error: unknown): SelfsameError {
  const why = (error as Error).message.replace(/\s+/g, ' ').replace(/\.$/, '')
  return new SelfsameError(
    `'${path}' is no Parquet file that can be read (${why}); get the file again, or write it with snappy as pandas and pyarrow do`,
  )
}
