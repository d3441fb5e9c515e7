/** Vectors as a table: path, label, and the vector as a list of floats, as pandas, DuckDB and Polars read it. */
import { asyncBufferFromFile, parquetMetadataAsync } from 'hyparquet'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import { WholeFile } from '../../images/pack/pack-files.js'
import { METADATA } from '../model/metadata.js'
import { REMEDIES } from '../store/remedies.js'
import type { Output } from './output.js'
import type { Piece } from './pieces.js'

const SCHEMA = [
  { name: 'root', num_children: 3 },
  { name: 'path', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
  { name: 'label', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
  { name: 'vector', repetition_type: 'REQUIRED', converted_type: 'LIST', num_children: 1 },
  { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  { name: 'element', type: 'FLOAT', repetition_type: 'REQUIRED' },
] as const

/** Pieces of a group of rows. */
const GROUP = 8

export const parquetOutput: Output = {
  async isOurs(path) {
    try {
      const { key_value_metadata: own = [] } = await parquetMetadataAsync(await asyncBufferFromFile(path))
      return own.some(({ key }) => key === METADATA)
    } catch {
      return false
    }
  },
  async write(path, pieces, dimension, about) {
    const file = await WholeFile.begin(path, REMEDIES)
    const bytes = new ByteWriter()
    const table = new ParquetWriter({
      writer: bytes,
      schema: [...SCHEMA],
      createdBy: 'selfsame',
      kvMetadata: [{ key: METADATA, value: JSON.stringify(about) }],
    })
    const drain = async () => {
      await file.append(bytes.getBytes().slice())
      bytes.index = 0
    }
    let count = 0
    let held: Piece[] = []
    const group = async () => {
      const rows = held.flatMap((piece) => piece.rows)
      const vectors = held.flatMap(({ rows, vectors }) =>
        rows.map((_, i) => Array.from(vectors.subarray(i * dimension, (i + 1) * dimension))),
      )
      held = []
      count += rows.length
      if (rows.length === 0) return
      table.write({
        columnData: [
          { name: 'path', data: rows.map((row) => row.path) },
          { name: 'label', data: rows.map((row) => row.label) },
          { name: 'vector', data: vectors, encoding: 'PLAIN', codec: 'UNCOMPRESSED', statistics: false },
        ],
        rowGroupSize: rows.length,
      })
      await drain()
    }
    try {
      for await (const piece of pieces) {
        held.push(piece)
        if (held.length === GROUP) await group()
      }
      await group()
      table.finish()
      await drain()
      await file.finish()
    } catch (error) {
      await file.abandon()
      throw error
    }
    return { rows: count }
  },
}
