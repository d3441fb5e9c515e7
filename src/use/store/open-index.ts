/** An index is opened by its record alone; of its parts only what is asked for is read. */
import { freemem } from 'node:os'
import { searchParts } from '../search/exact.js'
import { filesOf } from './files-of.js'
import { type IndexRecord, ROW_COLUMNS, type Row } from './format.js'
import type { PictureIndex } from './index-reader.js'
import { numbering, type PartRecord, runsOn } from './numbering.js'
import { PartFiles } from './part-files.js'
import { readRecord } from './record.js'

export interface IndexOptions {
  /** Memory in bytes in which vectors are kept once they were read: a quarter of what is free unless given. */
  cacheBytes?: number
}

/** Rows that are given at a time where all are. */
const ROWS = 4096

/**
 * Opens the index in a folder.
 * @throws UsageError when there is none, SelfsameError when it is damaged; damaged parts are found when they are read
 */
export async function openIndex(folder: string, options: IndexOptions = {}): Promise<PictureIndex> {
  return indexOf(folder, await readRecord(folder), options)
}

/** The index that a record describes. */
export function indexOf(
  folder: string,
  record: IndexRecord,
  { cacheBytes = Math.floor(freeMemory() / 4) }: IndexOptions = {},
): PictureIndex {
  const { dimension } = record.model
  const { size, firsts, place } = numbering(record.parts)
  const files = new PartFiles(folder, dimension)
  const kept = new Map<number, Float32Array>()
  let room = cacheBytes

  const vectorsOf = async (part: PartRecord) => {
    const found = kept.get(part.number)
    if (found) return found
    const vectors = await files.vectors(part)
    // what is kept stays: every search visits all parts in turn
    if (!kept.has(part.number) && vectors.byteLength <= room) {
      room -= vectors.byteLength
      kept.set(part.number, vectors)
    }
    return vectors
  }
  async function* parts() {
    for (const [i, part] of record.parts.entries()) {
      const count = part.rows - part.off.length
      if (count > 0) yield { first: firsts[i] as number, count, vectors: await vectorsOf(part) }
    }
  }
  /** What `rows` asks for of each part: places in the answer, rows of the part, and their numbers among those that are on. */
  const byPart = (rows: readonly number[]) => {
    const found = new Map<number, { places: number[]; inners: number[]; live: number[] }>()
    for (const [at, row] of rows.entries()) {
      const { part, inner } = place(row)
      const one = found.get(part) ?? { places: [], inners: [], live: [] }
      found.set(part, one)
      one.places.push(at)
      one.inners.push(inner)
      one.live.push(row - (firsts[part] as number))
    }
    return [...found].map(([part, asked]) => ({ part: record.parts[part] as PartRecord, ...asked }))
  }

  return {
    folder,
    record,
    size,
    dimension,
    parts,
    async vectors(rows) {
      const all = new Float32Array(rows.length * dimension)
      for (const { part, places, inners, live } of byPart(rows)) {
        const known = kept.get(part.number)
        // of many it is faster to read all
        if (known || inners.length * 4 > part.rows) {
          const vectors = known ?? (await vectorsOf(part))
          for (const [i, at] of places.entries()) {
            const from = (live[i] as number) * dimension
            all.set(vectors.subarray(from, from + dimension), at * dimension)
          }
        } else await files.someVectors(part, inners, all, places)
      }
      return all
    },
    async rows<K extends keyof Row>(
      rows: readonly number[],
      columns = allButThumbnail as unknown as readonly K[],
    ) {
      const made = new Array<Pick<Row, K>>(rows.length)
      for (const { part, places, inners } of byPart(rows)) {
        const found = await files.rows(part, inners, columns)
        for (const [i, at] of places.entries()) made[at] = found[i] as Pick<Row, K>
      }
      return made
    },
    async *allRows<K extends keyof Row>(columns = allButThumbnail as unknown as readonly K[]) {
      for (const [i, part] of record.parts.entries()) {
        let first = firsts[i] as number
        for (const [from, to] of runsOn(part)) {
          for (let at = from; at < to; at += ROWS) {
            const inners = Array.from({ length: Math.min(ROWS, to - at) }, (_, j) => at + j)
            yield { first, rows: await files.rows(part, inners, columns) }
            first += inners.length
          }
        }
      }
    },
    search: (queries, k) => searchParts(queries, dimension, k, size, parts()),
    async *neighbours(k) {
      for await (const { first, count, vectors } of parts())
        yield { first, count, ...(await searchParts(vectors, dimension, k, size, parts())) }
    },
    fileOf: filesOf(record),
    async close() {
      kept.clear()
      files.close()
    },
  }
}

const allButThumbnail = ROW_COLUMNS.filter((name) => name !== 'thumbnail')

function freeMemory(): number {
  // knows a container's limit, but came with Node 20.13
  return typeof process.availableMemory === 'function' ? process.availableMemory() : freemem()
}
