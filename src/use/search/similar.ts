/** The pictures of an index that are most like others, for people: copies folded, and what is beyond a score left out. */
import { existsSync } from 'node:fs'
import { UsageError } from '../../errors.js'
import { thumbnailOf } from '../embed/thumbnail.js'
import { decodeFor } from '../model/decoding.js'
import type { Model } from '../model/model.js'
import type { PictureIndex } from '../store/index-reader.js'

export interface SimilarOptions {
  /** Neighbours of each, 20 unless given. */
  k?: number | undefined
  /** Cosine below which nothing is given; no bound unless given. */
  minScore?: number | undefined
  /** Pictures of the same bytes are given once, with how many there are; `show` gives each. */
  copies?: 'show' | 'fold' | undefined
  /** Thumbnails as well. */
  thumbnails?: boolean | undefined
}

export interface Hit {
  row: number
  path: string
  label: string | null
  /** Cosine, -1 to 1. */
  score: number
  /** Paths of others with the same bytes that were as near, itself left out. */
  copies: string[]
  thumbnail?: Uint8Array
}

export interface Similar {
  /** As it was asked for. */
  query: string
  /** Of a picture of the index. */
  row?: number
  thumbnail?: Uint8Array
  hits: Hit[]
}

/** Neighbours that are looked for at once, at most: a set of which half is copies of one picture has an end as well. */
const MOST_LOOKED = 10_000
const DEFAULT = 20

/**
 * Looks for pictures like others.
 * @param queries files, or paths of the index; where it is both, the file
 * @param model opened only when one of them is a file
 * @throws UsageError for what is neither, and where the model is not that of the index; PictureError for what is no picture
 */
export async function similarPictures(
  index: PictureIndex,
  queries: readonly string[],
  model: () => Promise<Model>,
  options: SimilarOptions = {},
): Promise<Similar[]> {
  const found = await askedFor(index, queries, model, options.thumbnails ?? false)
  const { dimension } = index
  const vectors = new Float32Array(found.length * dimension)
  for (const [i, { vector }] of found.entries()) vectors.set(vector, i * dimension)
  const made: Similar[] = []
  for (const [i, { query, row, thumbnail }] of found.entries()) {
    const hits = await hitsOf(index, vectors.subarray(i * dimension, (i + 1) * dimension), row, options)
    made.push({ query, ...(row !== undefined && { row }), ...(thumbnail && { thumbnail }), hits })
  }
  return made
}

interface Asked {
  query: string
  vector: Float32Array
  row?: number
  thumbnail?: Uint8Array
}

async function askedFor(
  index: PictureIndex,
  queries: readonly string[],
  model: () => Promise<Model>,
  thumbnails: boolean,
): Promise<Asked[]> {
  const files = queries.filter((query) => existsSync(query))
  const rows = await rowsByPath(index, new Set(queries.filter((query) => !existsSync(query))))
  const lost = queries.find((query) => !existsSync(query) && !rows.has(query))
  if (lost !== undefined)
    throw new UsageError(
      `'${lost}' is neither a file nor a picture of the index '${index.folder}'; check the path`,
    )
  const encoder = files.length > 0 ? await checked(index, await model()) : undefined
  const asked: Asked[] = []
  for (const query of queries) {
    const row = rows.get(query)
    if (row !== undefined) {
      const [known] = thumbnails ? await index.rows([row], ['thumbnail']) : []
      asked.push({
        query,
        row,
        vector: await index.vectors([row]),
        ...(known && { thumbnail: known.thumbnail }),
      })
    } else {
      const how = (encoder as Model).preprocessing
      const picture = await decodeFor(query, how)
      const vector = await (encoder as Model).encode([picture])
      const small = thumbnails ? { thumbnail: await thumbnailOf(picture, how.maximum) } : {}
      asked.push({ query, vector, ...small })
    }
  }
  return asked
}

/** @throws UsageError when it is another model than that of the index */
export function checked(index: PictureIndex, model: Model): Model {
  const { id, from } = index.record.model
  if (model.id === id) return model
  throw new UsageError(
    `'${model.name}' is another model than the one of the index '${index.folder}' ('${from}'), and its vectors cannot be compared with those; give that model`,
  )
}

async function rowsByPath(index: PictureIndex, paths: ReadonlySet<string>): Promise<Map<string, number>> {
  const found = new Map<string, number>()
  if (paths.size === 0) return found
  for await (const { first, rows } of index.allRows(['path'])) {
    for (const [i, { path }] of rows.entries())
      if (paths.has(path) && !found.has(path)) found.set(path, first + i)
    if (found.size === paths.size) break
  }
  return found
}

async function hitsOf(
  index: PictureIndex,
  query: Float32Array,
  own: number | undefined,
  { k = DEFAULT, minScore = -1, copies = 'fold', thumbnails = false }: SimilarOptions,
): Promise<Hit[]> {
  for (let looked = k + 1 + (copies === 'fold' ? k : 0); ; looked *= 4) {
    const wanted = Math.min(looked, MOST_LOOKED + k, index.size)
    const { rows, scores, k: count } = await index.search(query, wanted)
    const near = Array.from(rows, (row, i) => ({ row, score: scores[i] as number })).filter(
      ({ row, score }) => row !== own && score >= minScore,
    )
    const about = await index.rows(
      near.map(({ row }) => row),
      ['path', 'label', 'digest'],
    )
    const hits: Hit[] = []
    const byDigest = new Map<string, Hit>()
    for (const [i, { row, score }] of near.entries()) {
      const { path, label, digest } = about[i] as (typeof about)[number]
      const before = copies === 'fold' ? byDigest.get(digest) : undefined
      if (before) before.copies.push(path)
      else if (hits.length < k) {
        const hit: Hit = { row, path, label, score, copies: [] }
        hits.push(hit)
        byDigest.set(digest, hit)
      }
    }
    const all = count === index.size || count < wanted || near.length < count - 1 || wanted > MOST_LOOKED
    if (hits.length < k && !all) continue
    if (thumbnails) {
      const small = await index.rows(
        hits.map(({ row }) => row),
        ['thumbnail'],
      )
      for (const [i, hit] of hits.entries()) hit.thumbnail = small[i]?.thumbnail as Uint8Array
    }
    return hits
  }
}
