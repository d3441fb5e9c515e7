import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import {
  type AsyncBuffer,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
  parquetSchema,
  type RowGroup,
  readOffsetIndex,
  type SchemaTree,
} from 'hyparquet'
import { SelfsameError } from '../../errors.js'
import { type KnownFile, knownFile, readPart } from '../arrays/handles.js'
import { PictureError } from '../picture.js'

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
  const buffer = {
    byteLength: file.size,
    slice: (from: number, to = file.size) => {
      const bytes = slice(file, from, to)
      // of several reads at once only the first that fails is waited for
      bytes.catch(() => undefined)
      return bytes
    },
  }
  try {
    const metadata = await parquetMetadataAsync(buffer)
    return { path, buffer, metadata, ...rowsOf(metadata, file) }
  } catch (error) {
    if (error instanceof PictureError) throw new SelfsameError(error.reason)
    // a damaged footer may state anything, also values of other types than it should
    throw damaged(path, (error as Error).message)
  }
}

/** Number of rows, and each group's first. @throws Error when the footer cannot be true */
function rowsOf(metadata: FileMetaData, { size }: KnownFile): Pick<ParquetFile, 'rows' | 'starts'> {
  const { row_groups: groups, num_rows: stated } = metadata
  const leaves = leavesOf(metadata)
  const starts = new Float64Array(groups.length + 1)
  for (const [at, group] of groups.entries()) {
    checkGroup(group, size, leaves)
    starts[at + 1] = (starts[at] as number) + Number(group.num_rows)
  }
  const rows = starts[groups.length] as number
  if (rows !== Number(stated) || rows > MOST_ROWS)
    throw new Error(`it states ${stated} rows and holds ${rows}`)
  return { rows, starts }
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
): Promise<unknown[]> {
  const values = new Array<unknown>(to - from).fill(undefined)
  await parquetRead({
    file: buffer,
    // the other groups would be looked through each time
    metadata: { ...metadata, row_groups: [group], num_rows: group.num_rows },
    columns: [column],
    rowStart: from,
    rowEnd: to,
    useOffsetIndex: true,
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

function checkGroup({ num_rows: rows, columns }: RowGroup, size: number, leaves: readonly string[]): void {
  if (rows < 0n) throw new Error('a group of rows has less than none')
  // of two columns of one name the reader would wait for one only, and the other's damage would end the process
  if (columns.some(({ meta_data: column }, at) => column?.path_in_schema.join('\0') !== leaves[at])) {
    throw new Error('its columns are not those of its schema')
  }
  for (const { meta_data: column } of columns) {
    const from = column?.dictionary_page_offset || column?.data_page_offset || 0n
    const length = column?.total_compressed_size ?? 0n
    if (from < 0n || length < 0n || from + length > BigInt(size))
      throw new Error('a column lies beyond its end')
  }
}

/** Paths of the columns that hold values, in the order in which each group has them. */
function leavesOf(metadata: FileMetaData): string[] {
  const leaves: string[] = []
  const visit = ({ children, path }: SchemaTree) => {
    if (children.length === 0) leaves.push(path.join('\0'))
    for (const child of children) visit(child)
  }
  for (const child of parquetSchema(metadata).children) visit(child)
  if (new Set(leaves).size < leaves.length) throw new Error('two columns have one name')
  return leaves
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
  if (!(from >= 0 && from <= to && to <= file.size)) throw new RangeError('a part of it lies beyond its end')
  const bytes = await readPart(file, from, to - from, file.path)
  const { buffer, byteLength } = bytes
  // small parts lie in memory shared with others
  return buffer instanceof ArrayBuffer && byteLength === buffer.byteLength
    ? buffer
    : (new Uint8Array(bytes).buffer as ArrayBuffer)
}
