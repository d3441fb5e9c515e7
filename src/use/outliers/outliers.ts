/** Pictures of an index that do not belong there, and labels that are probably wrong. */
import { UsageError } from '../../errors.js'
import type { PictureIndex } from '../store/index-reader.js'
import { gatherFlat } from './flat.js'
import { type LabelError, labelErrors } from './label-errors.js'

export interface OutlierOptions {
  /** Whether labels are looked at, too. */
  labels?: boolean | undefined
  told?: (what: string, done: number, total: number) => void
  signal?: AbortSignal | undefined
}

export interface Outlier {
  row: number
  path: string
  /** Distance to its neighbours, as a multiple of what theirs are to theirs; 1 is usual. */
  score: number
  reasons: string[]
}

export interface Outliers {
  pictures: number
  /** Score from which on a picture is far from all: the upper quartile and three times the distance of both quartiles. */
  far: number
  /** Those with a reason, the farthest first. */
  outliers: Outlier[]
  labelErrors: LabelError[]
  /** Rows with a label, where labels were looked at. */
  labelled: number
}

const NEIGHBOURS = 10
/** Distances below this are those of copies: a ratio of two such says nothing. */
const LEAST_DISTANCE = 1e-3
const QUARTILES = 3
/** Short side in px, and share of the median one, below which a picture is tiny. */
const TINY = 16
const TINY_SHARE = 1 / 8
/** Long side by short one. */
const LONG = 4
const ODD_SHARE = 0.05

/** @throws UsageError where labels are asked for and there are none */
export async function findOutliers(index: PictureIndex, options: OutlierOptions = {}): Promise<Outliers> {
  const { labels = false, told = () => {}, signal } = options
  const { size } = index
  const k = Math.min(NEIGHBOURS, size - 1)
  const near = await neighboursOf(index, k, (done) => told('Searched', done, size), signal)
  const scores = localDistances(near.rows, near.scores, k, size)
  const flat = await gatherFlat(index, (done) => told('Read', done, size), signal)
  const reasons = await shapes(index)
  const far = fence(scores)
  const rows: number[] = []
  for (let row = 0; row < size; row++) {
    const own = reasons.get(row) ?? []
    if (flat[row] === 1) own.unshift('blank')
    if ((scores[row] as number) > far) own.push('far from all')
    if (own.length === 0) continue
    reasons.set(row, own)
    rows.push(row)
  }
  rows.sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b)
  const paths = await index.rows(rows, ['path'])
  const errors = labels ? await labelErrors(index, near, k) : { labelled: 0, errors: [] }
  if (labels && errors.labelled === 0)
    throw new UsageError('the index has no labels to look at; embed a set with classes, or leave labels out')
  return {
    pictures: size,
    far,
    outliers: rows.map((row, at) => ({
      row,
      path: (paths[at] as { path: string }).path,
      score: scores[row] as number,
      reasons: reasons.get(row) as string[],
    })),
    labelErrors: errors.errors,
    labelled: errors.labelled,
  }
}

export interface Near {
  /** `[N · k]`, itself left out. */
  rows: Int32Array
  scores: Float32Array
}

async function neighboursOf(
  index: PictureIndex,
  k: number,
  told: (done: number) => void,
  signal: AbortSignal | undefined,
): Promise<Near> {
  const near: Near = { rows: new Int32Array(index.size * k), scores: new Float32Array(index.size * k) }
  if (k < 1) return near
  for await (const { first, count, k: found, rows, scores } of index.neighbours(k + 1)) {
    signal?.throwIfAborted()
    for (let at = 0; at < count; at++) {
      let to = (first + at) * k
      const end = to + k
      for (let i = at * found; i < (at + 1) * found && to < end; i++) {
        if (rows[i] === first + at) continue
        near.rows[to] = rows[i] as number
        near.scores[to++] = scores[i] as number
      }
    }
    told(first + count)
  }
  return near
}

/** The mean distance to its neighbours over that of theirs: a simple form of the local outlier factor (Breunig et al. 2000). */
export function localDistances(
  rows: Int32Array,
  cosines: Float32Array,
  k: number,
  size: number,
): Float32Array {
  const own = new Float32Array(size)
  for (let row = 0; row < size; row++) {
    let sum = 0
    // of vectors of length 1
    for (let at = row * k; at < (row + 1) * k; at++)
      sum += Math.sqrt(Math.max(0, 2 - 2 * (cosines[at] as number)))
    own[row] = Math.max(LEAST_DISTANCE, k > 0 ? sum / k : 0)
  }
  const usual = own.toSorted()[size >> 1] ?? LEAST_DISTANCE
  return own.map((distance, row) => {
    let sum = 0
    for (let at = row * k; at < (row + 1) * k; at++) sum += own[rows[at] as number] as number
    // beside copies of one another everything would be far
    const theirs = Math.max(k > 0 ? sum / k : distance, usual / 2)
    return distance / theirs
  })
}

/** Tukey's outer fence. */
function fence(scores: Float32Array): number {
  const sorted = scores.toSorted()
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 1
  return at(0.75) + QUARTILES * (at(0.75) - at(0.25))
}

/** Of each row what is odd of its size, where few are so. */
async function shapes(index: PictureIndex): Promise<Map<number, string[]>> {
  const widths = new Uint32Array(index.size)
  const heights = new Uint32Array(index.size)
  for await (const { first, rows } of index.allRows(['width', 'height']))
    for (const [at, { width, height }] of rows.entries()) {
      widths[first + at] = width
      heights[first + at] = height
    }
  const short = (row: number) => Math.min(widths[row] as number, heights[row] as number)
  const long = (row: number) => Math.max(widths[row] as number, heights[row] as number)
  const all = [...widths.keys()]
  const median = all.map(short).sort((a, b) => a - b)[all.length >> 1] ?? 0
  const tiny = all.filter((row) => short(row) < Math.max(Math.min(TINY, median), median * TINY_SHARE))
  const odd = all.filter((row) => long(row) > LONG * short(row))
  const found = new Map<number, string[]>()
  const add = (rows: number[], words: (row: number) => string) => {
    // where many are so, that is what the set is like
    if (rows.length > Math.max(1, ODD_SHARE * index.size)) return
    for (const row of rows) found.set(row, [...(found.get(row) ?? []), words(row)])
  }
  const size = (row: number) => `${widths[row]}×${heights[row]}`
  add(tiny, (row) => `tiny, ${size(row)}`)
  add(odd, (row) => `odd shape, ${size(row)}`)
  return found
}
