/** Vectors as a table of LanceDB, which is used where it is installed, with how much its index finds of what is nearest. */
import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { syncFolder } from '../../durable.js'
import { SelfsameError } from '../../errors.js'
import { evenly } from '../../images/evenly.js'
import { writeWhole } from '../../images/pack/pack-files.js'
import { REMEDIES } from '../store/remedies.js'
import type { Output, Recall } from './output.js'
import type { Piece } from './pieces.js'

const TABLE = 'pictures'
const ABOUT = 'selfsame.json'
/** Below so many rows all are looked at in no time, and the index would not be worth its loss. */
const LEAST_ROWS = 5000
/** One graph, as several lose what lies on their borders; of 8-bit numbers, so that the nearest are looked at again. */
const INDEX = { distanceType: 'cosine', numPartitions: 1, m: 16, efConstruction: 100 } as const
export const LANCEDB_SEARCH = { ef: 100, refineFactor: 3 } as const
const QUERIES = 100
const NEAREST = 10

/** As much of its API as is used. */
interface Lancedb {
  connect(
    folder: string,
  ): Promise<{ createTable(name: string, rows: readonly LanceRow[]): Promise<LanceTable>; close(): void }>
  Index: { hnswSq(options: object): unknown }
}

/** A label that is not known is empty: what a column is like is told by its first rows. */
interface LanceRow extends Record<string, unknown> {
  path: string
  label: string
  vector: number[]
}

interface LanceTable {
  add(rows: readonly LanceRow[]): Promise<unknown>
  createIndex(column: string, options: object): Promise<void>
  vectorSearch(vector: readonly number[]): LanceQuery
  close(): void
}

interface LanceQuery {
  distanceType(type: string): LanceQuery
  ef(ef: number): LanceQuery
  refineFactor(factor: number): LanceQuery
  bypassVectorIndex(): LanceQuery
  limit(count: number): LanceQuery
  select(columns: readonly string[]): LanceQuery
  toArray(): Promise<{ _distance: number }[]>
}

export const lancedbOutput: Output = {
  async isOurs(path) {
    return existsSync(join(path, ABOUT))
  },
  async write(path, pieces, _dimension, about) {
    const lancedb = await loaded()
    const folder = `${path}.part`
    await rm(folder, { recursive: true, force: true })
    const database = await lancedb.connect(folder)
    let table: LanceTable | undefined
    let rows = 0
    const sample: number[][] = []
    try {
      for await (const piece of pieces) {
        const some = rowsOf(piece)
        if (some.length === 0) continue
        if (table) await table.add(some)
        else table = await database.createTable(TABLE, some)
        rows += some.length
        sample.push(...evenly(some.length, Math.min(some.length, 4)).map((i) => (some[i] as LanceRow).vector))
      }
      if (!table) throw new SelfsameError('there is no vector to write; give pictures that can be read')
      const exact = rows < LEAST_ROWS
      if (!exact) await table.createIndex('vector', { config: lancedb.Index.hnswSq(INDEX) })
      const recall = exact ? { recall: 1, queries: 0, exact } : await measured(table, sample)
      table.close()
      database.close()
      const told = {
        ...about,
        table: TABLE,
        ...(!exact && { index: INDEX, search: LANCEDB_SEARCH, recall_at_10: recall.recall }),
      }
      await writeWhole(join(folder, ABOUT), `${JSON.stringify(told, null, 1)}\n`, REMEDIES)
      await rm(path, { recursive: true, force: true })
      await rename(folder, path)
      syncFolder(resolve(path, '..'))
      return { rows, recall }
    } catch (error) {
      await rm(folder, { recursive: true, force: true })
      throw error
    }
  },
}

function rowsOf({ rows, vectors }: Piece): LanceRow[] {
  const dimension = rows.length === 0 ? 0 : vectors.length / rows.length
  return rows.map(({ path, label }, i) => ({
    path,
    label: label ?? '',
    vector: Array.from(vectors.subarray(i * dimension, (i + 1) * dimension)),
  }))
}

/** How many of the ten nearest, or others as near, its index finds. */
async function measured(table: LanceTable, sample: readonly number[][]): Promise<Recall> {
  const queries = evenly(sample.length, Math.min(QUERIES, sample.length)).map((i) => sample[i] as number[])
  const nearest = (query: LanceQuery) =>
    query.distanceType('cosine').limit(NEAREST).select(['path', '_distance']).toArray()
  let found = 0
  let all = 0
  for (const vector of queries) {
    const exact = await nearest(table.vectorSearch(vector).bypassVectorIndex())
    const { ef, refineFactor } = LANCEDB_SEARCH
    const approximate = await nearest(table.vectorSearch(vector).ef(ef).refineFactor(refineFactor))
    const farthest = (exact.at(-1)?._distance ?? 0) + ROUNDING
    found += approximate.filter(({ _distance }) => _distance <= farthest).length
    all += exact.length
  }
  return { recall: found / all, queries: queries.length, exact: false }
}

const ROUNDING = 1e-6

/** @throws SelfsameError where it is not installed */
async function loaded(): Promise<Lancedb> {
  for (const from of [join(process.cwd(), 'package.json'), import.meta.url]) {
    let path: string
    try {
      path = createRequire(from).resolve('@lancedb/lancedb')
    } catch {
      continue
    }
    const { default: all } = await import(pathToFileURL(path).href)
    return all as Lancedb
  }
  throw new SelfsameError(
    'LanceDB is not installed; install it with: npm install @lancedb/lancedb@0.31.0 apache-arrow@18.1.0',
  )
}

/** Early, before anything is embedded for it. */
export async function checkLancedb(): Promise<void> {
  await loaded()
}
