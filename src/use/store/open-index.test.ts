import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { temporaryFolder } from '../../../test/support/cli.js'
import type { Piece, Pieces } from '../embed/pieces.js'
import { noise } from '../testing/tiny-model.js'
import { INDEX_FORMAT, type Row, vectorsName } from './format.js'
import { openIndex } from './open-index.js'
import { writeRecord } from './record.js'
import { writeParts } from './write-parts.js'

const folder = join(temporaryFolder(), 'index')
const DIMENSION = 6
const COUNT = 103
const PART = 20
const OFF = new Map([
  [1, [0, 1, 19]],
  [2, Array.from({ length: PART }, (_, i) => i)],
  [4, [7]],
])
/** What is on: rows and their vectors. */
let on: { row: Row; vector: Float32Array }[]

beforeAll(async () => {
  mkdirSync(folder)
  const next = noise(2)
  const all = Array.from({ length: COUNT }, (_, i) => {
    const vector = Float32Array.from({ length: DIMENSION }, next)
    const length = Math.hypot(...vector)
    const row: Row = {
      path: `a/ü${i} 🦶.png`,
      label: i % 3 === 0 ? null : `l${i % 3}`,
      digest: String(i).padStart(64, '0'),
      bytes: i % 4 === 0 ? null : 2 ** 33 + i,
      modified: i % 4 === 0 ? null : 1.7e12 + i,
      width: i,
      height: 2 * i,
      taken: i % 5 === 0 ? null : -i,
      thumbnail: Uint8Array.from({ length: i * 50 }, (_, j) => j),
    }
    return { row, vector: vector.map((value) => value / length) }
  })
  // pieces end elsewhere than parts
  const pieces = {
    folder,
    read: async (name: string): Promise<Piece> => {
      const some = all.slice(Number(name) * 33, Number(name) * 33 + 33)
      const vectors = Float32Array.from(some.flatMap(({ vector }) => Array.from(vector)))
      return { rows: some.map(({ row }) => row), vectors, unread: [], known: 0 }
    },
  } as Pieces
  const parts = await writeParts(folder, DIMENSION, ['0', '1', '2', '3'], pieces, 1, PART)
  expect(parts.map(({ number, rows }) => [number, rows])).toEqual([
    [1, 20],
    [2, 20],
    [3, 20],
    [4, 20],
    [5, 20],
    [6, 3],
  ])
  const named = parts.map((part) => ({ ...part, off: OFF.get(part.number) ?? [] }))
  on = all.filter((_, i) => !OFF.get(1 + Math.floor(i / PART))?.includes(i % PART))
  await writeRecord(folder, {
    format: INDEX_FORMAT,
    model: {
      id: 'x',
      from: 'y',
      dimension: DIMENSION,
      preprocessing: { size: 8, share: 1, channels: 1, maximum: 255, mean: [0], std: [1] },
    },
    data: ['fashion-mnist'],
    parts: named,
    unread: [],
  })
})

const ALL = ['path', 'label', 'digest', 'bytes', 'modified', 'width', 'height', 'taken', 'thumbnail'] as const

// vectors in memory, and read anew each time
test.each([2 ** 30, 0])(
  'rows and vectors of several parts are those that are on, with %i bytes kept',
  async (cacheBytes) => {
    const index = await openIndex(folder, { cacheBytes })
    expect(index.size).toBe(on.length)
    for (const rows of [[0], [on.length - 1, 3, 3, 40], Array.from(on, (_, i) => on.length - 1 - i)]) {
      expect(await index.rows(rows, ALL)).toEqual(rows.map((row) => on[row]?.row))
      expect(Array.from(await index.vectors(rows))).toEqual(
        rows.flatMap((row) => Array.from(on[row]?.vector ?? [])),
      )
    }
    const seen: string[] = []
    for await (const { first, rows } of index.allRows(['path'])) {
      expect(first).toBe(seen.length)
      seen.push(...rows.map(({ path }) => path))
    }
    expect(seen).toEqual(on.map(({ row }) => row.path))
    let count = 0
    for await (const part of index.parts()) {
      expect(part.first).toBe(count)
      expect(Array.from(part.vectors)).toEqual(
        on.slice(count, count + part.count).flatMap(({ vector }) => Array.from(vector)),
      )
      count += part.count
    }
    expect(count).toBe(on.length)
    await index.close()
  },
)

test('the neighbours of every row, over parts, are those of a sort of all', async () => {
  const index = await openIndex(folder)
  let next = 0
  for await (const { first, count, k, rows } of index.neighbours(4)) {
    expect(first).toBe(next)
    next += count
    for (let i = 0; i < count; i++) {
      const own = on[first + i]?.vector as Float32Array
      const scores = on.map(({ vector }, row) => ({
        row,
        score: vector.reduce((sum, value, d) => sum + value * (own[d] as number), 0),
      }))
      const best = scores.sort((a, b) => b.score - a.score || a.row - b.row).slice(0, 4)
      expect(Array.from(rows.subarray(i * k, (i + 1) * k))).toEqual(best.map(({ row }) => row))
    }
  }
  expect(next).toBe(on.length)
  await index.close()
})

test('an array of a part is one that NumPy reads', () => {
  expect(statSync(join(folder, vectorsName(6))).size).toBe(128 + 3 * DIMENSION * 4)
})
