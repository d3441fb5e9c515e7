import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import {
  type AsyncBuffer,
  type Compressors,
  type DecodedArray,
  type FileMetaData,
  parquetMetadataAsync,
  parquetScan,
  type RowGroup,
  readOffsetIndex,
} from 'hyparquet'
import { SelfsameError } from '../errors.js'
import { type KnownFile, knownFile, readPart } from './handles.js'
import { PictureError } from './picture.js'

/** A Parquet file whose footer has been read. */
export interface ParquetFile {
  path: string
  buffer: AsyncBuffer
  metadata: FileMetaData
  rows: number
  /** number of each row group's first row */
  starts: Float64Array
}

const COMPRESSORS: Compressors = {
  GZIP: (input) => gunzipSync(input),
  BROTLI: (input) => brotliDecompressSync(input),
}
const READ_CODECS: readonly string[] = ['UNCOMPRESSED', 'SNAPPY', ...Object.keys(COMPRESSORS)]
// a footer that states more is damaged: even the numbers of the rows would not fit
const MOST_ROWS = 100_000_000

/** Reads the footer. @throws SelfsameError when the file is damaged or written in a way that is not read */
export async function openParquet(path: string): Promise<ParquetFile> {
  const file = await knownFile(path)
  const buffer = { byteLength: file.size, slice: (from: number, to = file.size) => slice(file, from, to) }
  let metadata: FileMetaData
  try {
    metadata = await parquetMetadataAsync(buffer)
  } catch (error) {
    if (error instanceof PictureError) throw new SelfsameError(error.reason)
    throw damaged(path, (error as Error).message)
  }
  const starts = new Float64Array(metadata.row_groups.length + 1)
  for (const [at, group] of metadata.row_groups.entries()) {
    starts[at + 1] = (starts[at] as number) + Number(group.num_rows)
    checkGroup(path, group, file.size)
  }
  const rows = starts[metadata.row_groups.length] as number
  if (rows !== Number(metadata.num_rows) || rows > MOST_ROWS) {
    throw damaged(path, `it states ${metadata.num_rows} rows and holds ${rows}`)
  }
  return { path, buffer, metadata, rows, starts }
}

/**
 * Values of one column of one row group; of a part of its rows, where the file has an index of pages or the column is
 * flat, only that part is unpacked.
 * @param from first row within the group
 * @param to the row after the last
 */
export async function readColumn(
  { buffer, metadata }: ParquetFile,
  group: RowGroup,
  column: string,
  from: number,
  to: number,
): Promise<DecodedArray> {
  // a scan of its own keeps nothing for later, and knows of this group alone
  const alone = { ...metadata, row_groups: [group], num_rows: group.num_rows }
  const options = { file: buffer, metadata: alone, columns: [column], compressors: COMPRESSORS, utf8: false }
  const scan = await parquetScan(options)
  return scan.readColumn({ column, rowStart: from, rowEnd: to })
}

/**
 * Where the pages of a column begin in a group, as rows within it, where the file has an index of pages: the smallest
 * parts that can be unpacked alone. The group's beginning alone where it has none.
 */
export async function pagesOf(
  { buffer }: ParquetFile,
  { columns }: RowGroup,
  column: string,
): Promise<number[]> {
  let starts: number[] = [0]
  for (const { meta_data: chunk, offset_index_offset: offset, offset_index_length: length } of columns) {
    if (chunk?.path_in_schema[0] !== column) continue
    // a column within it without an index is read as a whole anyway
    if (offset === undefined || length === undefined) return [0]
    const view = new DataView(await buffer.slice(Number(offset), Number(offset) + length))
    const pages = readOffsetIndex({ view, offset: 0 }).page_locations
    if (pages.length > starts.length) starts = pages.map(({ first_row_index: row }) => Number(row))
  }
  return starts
}

/** What is said of a file that cannot be made sense of. */
export function damaged(path: string, why: string): SelfsameError {
  const plain = why.replace(/\s+/g, ' ').replace(/\.$/, '')
  return new SelfsameError(`'${path}' is no Parquet file that can be read (${plain}); get the file again`)
}

function checkGroup(path: string, { num_rows: rows, columns }: RowGroup, size: number): void {
  if (rows < 0n) throw damaged(path, 'a group of rows has less than none')
  for (const { meta_data: column } of columns) {
    if (column === undefined) throw damaged(path, 'a column is not described')
    const from = column.dictionary_page_offset || column.data_page_offset
    if (
      from < 0n ||
      column.total_compressed_size < 0n ||
      from + column.total_compressed_size > BigInt(size)
    ) {
      throw damaged(path, 'a column lies beyond its end')
    }
  }
}

/** Refuses columns in a compression that is not read. @throws SelfsameError */
export function checkCodecs({ path, metadata }: ParquetFile, columns: readonly string[]): void {
  for (const { columns: chunks } of metadata.row_groups) {
    for (const { meta_data: column } of chunks) {
      if (!column || !columns.includes(column.path_in_schema[0] ?? '')) continue
      if (READ_CODECS.includes(column.codec)) continue
      throw new SelfsameError(
        `'${path}' is compressed by ${column.codec}, which is not read; write it again with snappy or gzip`,
      )
    }
  }
}

async function slice(file: KnownFile, from: number, to: number): Promise<ArrayBuffer> {
  const bytes = await readPart(file, from, to - from, file.path)
  const { buffer, byteLength } = bytes
  // small parts lie in memory shared with others
  return buffer instanceof ArrayBuffer && byteLength === buffer.byteLength
    ? buffer
    : (new Uint8Array(bytes).buffer as ArrayBuffer)
}
