/** The table of a part: what is known of its pictures, as Parquet. */
import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync, parquetRead } from 'hyparquet'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import { knownFile, readPart } from '../../images/arrays/handles.js'
import { WholeFile } from '../../images/pack/pack-files.js'
import { ROW_COLUMNS, type Row } from './format.js'
import { REMEDIES } from './remedies.js'

/** Rows of a group, and bytes of a page, which is the least that is read. */
const GROUP = 4096
const PAGE = 2 ** 16

const SCHEMA = [
  { name: 'root', num_children: ROW_COLUMNS.length },
  { name: 'path', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
  { name: 'label', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
  { name: 'digest', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
  { name: 'bytes', type: 'INT64', repetition_type: 'OPTIONAL' },
  { name: 'modified', type: 'INT64', repetition_type: 'OPTIONAL' },
  { name: 'width', type: 'INT32', repetition_type: 'REQUIRED' },
  { name: 'height', type: 'INT32', repetition_type: 'REQUIRED' },
  { name: 'taken', type: 'INT64', repetition_type: 'OPTIONAL' },
  { name: 'thumbnail', type: 'BYTE_ARRAY', repetition_type: 'REQUIRED' },
] as const

const WHOLE_NUMBERS = ['bytes', 'modified', 'taken']

/** A table that is being written, and is there only when it is finished. */
export class RowsWriter {
  readonly #file: WholeFile
  readonly #bytes = new ByteWriter()
  readonly #table: ParquetWriter
  #held: Row[] = []

  private constructor(file: WholeFile) {
    this.#file = file
    this.#table = new ParquetWriter({ writer: this.#bytes, schema: [...SCHEMA], createdBy: 'selfsame' })
  }

  static async begin(path: string): Promise<RowsWriter> {
    return new RowsWriter(await WholeFile.begin(path, REMEDIES))
  }

  async append(rows: readonly Row[]): Promise<void> {
    for (const row of rows) {
      this.#held.push(row)
      if (this.#held.length === GROUP) await this.#group()
    }
  }

  async finish(): Promise<void> {
    if (this.#held.length > 0) await this.#group()
    this.#table.finish()
    await this.#drain()
    await this.#file.finish()
  }

  abandon(): Promise<void> {
    return this.#file.abandon()
  }

  async #group(): Promise<void> {
    const rows = this.#held
    this.#held = []
    this.#table.write({
      columnData: ROW_COLUMNS.map((name) => ({
        name,
        data: rows.map((row) => stored(row[name], name)),
        // what is different in each row has no use for a dictionary or bounds
        ...((name === 'digest' || name === 'thumbnail') && { codec: 'UNCOMPRESSED', statistics: false }),
      })),
      rowGroupSize: GROUP,
      pageSize: PAGE,
    })
    await this.#drain()
  }

  async #drain(): Promise<void> {
    await this.#file.append(this.#bytes.getBytes().slice())
    this.#bytes.index = 0
  }
}

function stored(value: Row[keyof Row], name: string): unknown {
  return typeof value === 'number' && WHOLE_NUMBERS.includes(name) ? BigInt(value) : value
}

/** A table that can be read in parts. */
export interface RowsFile {
  buffer: AsyncBuffer
  metadata: FileMetaData
}

/** @throws Error of any kind when the file is damaged, or has not as many rows */
export async function openRows(path: string, rows: number): Promise<RowsFile> {
  const file = await knownFile(path)
  const slice = async (from: number, to = file.size): Promise<ArrayBuffer> => {
    if (!(from >= 0 && from <= to && to <= file.size))
      throw new RangeError('a part of it lies beyond its end')
    const { buffer, byteOffset, byteLength } = await readPart(file, from, to - from, path)
    const own = byteLength === buffer.byteLength ? buffer : buffer.slice(byteOffset, byteOffset + byteLength)
    return own as ArrayBuffer
  }
  const buffer = { byteLength: file.size, slice }
  const metadata = await parquetMetadataAsync(buffer)
  if (Number(metadata.num_rows) !== rows)
    throw new Error(`it has ${metadata.num_rows} rows where ${rows} are expected`)
  const names = metadata.schema.slice(1).map(({ name }) => name)
  const missing = ROW_COLUMNS.find((name) => !names.includes(name))
  if (missing) throw new Error(`it has no column '${missing}'`)
  return { buffer, metadata }
}

/** Rows `from` to `to` - 1 of a table, with those columns. @throws Error of any kind when the file is damaged */
export async function readRows<K extends keyof Row>(
  { buffer, metadata }: RowsFile,
  from: number,
  to: number,
  columns: readonly K[],
): Promise<Pick<Row, K>[]> {
  const rows = Array.from({ length: to - from }, () => ({}) as Pick<Row, K>)
  for (const name of columns) {
    let seen = 0
    await parquetRead({
      file: buffer,
      metadata,
      columns: [name],
      rowStart: from,
      rowEnd: to,
      useOffsetIndex: true,
      utf8: false,
      // may bring more rows than were asked for, and none twice
      onChunk: ({ columnData, rowStart }) => {
        const end = Math.min(columnData.length, to - rowStart)
        for (let i = Math.max(0, from - rowStart); i < end; i++) {
          ;(rows[rowStart + i - from] as Row)[name as keyof Row] = read(columnData[i], name) as never
          seen++
        }
      },
    })
    if (seen < rows.length) throw new Error(`its column '${name}' has rows missing`)
  }
  return rows
}

const TEXTS = ['path', 'label', 'digest']

function read(value: unknown, name: string): Row[keyof Row] {
  const kind = (what: boolean) => {
    if (!what) throw new Error(`its column '${name}' has values of another type`)
  }
  if (name === 'thumbnail') {
    kind(value instanceof Uint8Array)
    return value as Uint8Array
  }
  if (TEXTS.includes(name)) {
    kind(typeof value === 'string' || (name === 'label' && (value === null || value === undefined)))
    return (value as string) ?? null
  }
  if (WHOLE_NUMBERS.includes(name)) {
    kind(value === null || value === undefined || typeof value === 'bigint')
    return value === null || value === undefined ? null : Number(value)
  }
  kind(typeof value === 'number')
  return value as number
}
