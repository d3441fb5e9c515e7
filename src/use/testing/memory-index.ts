/** An index in memory, by plain loops, for tests. */
import { join } from 'node:path'
import type { IndexRecord, Row } from '../store/format.js'
import type { PictureIndex } from '../store/index-reader.js'

/** 1 × 1 px, black. */
const DOT = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==',
  'base64',
)

export interface MadeRow extends Partial<Row> {
  vector: readonly number[]
}

/** @param folder where the files of the rows are, where they are files */
export function memoryIndex(made: readonly MadeRow[], folder = '/nowhere'): PictureIndex {
  const dimension = made[0]?.vector.length ?? 1
  const size = made.length
  const all = made.map(
    ({ vector: _, ...row }, at): Row => ({
      path: `${at}.png`,
      label: null,
      digest: `digest ${at}`,
      bytes: null,
      modified: null,
      width: 100,
      height: 100,
      taken: null,
      thumbnail: DOT,
      ...row,
    }),
  )
  const unit = Float32Array.from(
    made.flatMap(({ vector }) => {
      const length = Math.hypot(...vector)
      return vector.map((value) => value / length)
    }),
  )
  const record: IndexRecord = {
    format: 1,
    model: {
      id: 'none',
      from: 'nowhere',
      dimension,
      preprocessing: { size: 8, share: 1, channels: 3, maximum: 255, mean: [0, 0, 0], std: [1, 1, 1] },
    },
    data: [folder],
    parts: [],
    unread: [],
  } as unknown as IndexRecord
  const row = (at: number) => unit.subarray(at * dimension, (at + 1) * dimension)
  const search: PictureIndex['search'] = async (queries, most) => {
    const k = Math.min(most, size)
    const rows: number[] = []
    const scores: number[] = []
    for (let q = 0; q < queries.length / dimension; q++) {
      const query = queries.subarray(q * dimension, (q + 1) * dimension)
      const cosines = all.map((_, at) =>
        row(at).reduce((sum, value, i) => sum + value * (query[i] as number), 0),
      )
      const best = [...cosines.keys()]
        .sort((a, b) => (cosines[b] as number) - (cosines[a] as number) || a - b)
        .slice(0, k)
      rows.push(...best)
      scores.push(...best.map((at) => cosines[at] as number))
    }
    return { k, rows: Int32Array.from(rows), scores: Float32Array.from(scores) }
  }
  return {
    folder,
    record,
    size,
    dimension,
    // two parts, so that what goes over parts is seen to
    async *parts() {
      const half = Math.ceil(size / 2)
      for (const [first, end] of [
        [0, half],
        [half, size],
      ] as const)
        if (end > first)
          yield { first, count: end - first, vectors: unit.slice(first * dimension, end * dimension) }
    },
    vectors: async (rows) => Float32Array.from(rows.flatMap((at) => [...row(at)])),
    rows: async (rows) => rows.map((at) => all[at] as Row),
    async *allRows() {
      const half = Math.ceil(size / 2)
      if (half > 0) yield { first: 0, rows: all.slice(0, half) }
      if (size > half) yield { first: half, rows: all.slice(half) }
    },
    search,
    async *neighbours(k) {
      if (size > 0) yield { first: 0, count: size, ...(await search(unit, k)) }
    },
    fileOf: (path) => join(folder, path),
    close: async () => {},
  }
}

/** Points around corners of a simplex, as vectors: `each` around each of `groups`. */
export function blobs(
  groups: number,
  each: number,
  spread: number,
  seed = 1,
): { vector: number[]; group: number }[] {
  let state = seed
  const noise = () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647 - 0.5
  }
  return Array.from({ length: groups * each }, (_, at) => {
    const group = at % groups
    return {
      group,
      vector: Array.from({ length: groups + 2 }, (_, i) => Number(i === group) + spread * noise()),
    }
  })
}
