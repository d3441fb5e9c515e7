#!/usr/bin/env node
// Opening and searching an index of many vectors: seconds to open, a query from disk and from memory, and many at once; and what an
// update costs that finds nothing changed in its rows. The vectors are random, around centres: search is exact, so that nothing
// but their number and length matters.
// Usage: node bench/search.mjs [--rows 1000000] [--dimension 256] [--folder DIR]
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { INDEX_FORMAT, PART_ROWS } from '../dist/use/store/format.js'
import { openIndex } from '../dist/use/store/open-index.js'
import { writeRecord } from '../dist/use/store/record.js'
import { writeParts } from '../dist/use/store/write-parts.js'

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    dimension: { type: 'string', default: '256' },
    folder: { type: 'string' },
  },
})
const [rows, dimension] = [Number(values.rows), Number(values.dimension)]
const PIECE = 4096
const folder = values.folder ?? mkdtempSync(join(tmpdir(), 'bench-search-'))
let state = 1
const noise = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return state / 2 ** 31 - 1
}

await make()
const result = { rows, dimension }
result.open_seconds = await seconds(async () => {
  const index = await openIndex(folder)
  if (index.size !== rows) throw new Error(`${index.size} rows`)
  await index.close()
})
const index = await openIndex(folder)
const query = (count) => Float32Array.from({ length: count * dimension }, noise)
// loads onnxruntime
await index.search(query(1), 1)
result.query_seconds = await best(5, () => index.search(query(1), 20))
result.query_cpu_seconds = await cpu(() => index.search(query(1), 20))
result.hundred_queries_seconds = await best(2, () => index.search(query(100), 20))
result.hundred_queries_cpu_seconds = await cpu(() => index.search(query(100), 20))
result.twenty_rows_seconds = await best(3, () =>
  index.rows(
    Array.from({ length: 20 }, (_, i) => Math.floor((i * rows) / 20)),
    ['path', 'label', 'digest', 'thumbnail'],
  ),
)
result.rss_mib = Math.round(process.memoryUsage.rss() / 2 ** 20)
await index.close()
const streamed = await openIndex(folder, { cacheBytes: 0 })
result.streamed_query_seconds = await best(2, () => streamed.search(query(1), 20))
result.all_rows_seconds = await seconds(async () => {
  for await (const _ of streamed.allRows(['path', 'label', 'digest', 'bytes', 'modified']));
})
await streamed.close()
console.log(JSON.stringify(result, null, 1))
if (!values.folder) rmSync(folder, { recursive: true })

async function make() {
  const names = Array.from({ length: Math.ceil(rows / PIECE) }, (_, i) => String(i))
  const thumbnail = new Uint8Array(200)
  const pieces = {
    folder,
    async read(name) {
      const first = Number(name) * PIECE
      const count = Math.min(PIECE, rows - first)
      const vectors = Float32Array.from({ length: count * dimension }, noise)
      for (let row = 0; row < count; row++) {
        const one = vectors.subarray(row * dimension, (row + 1) * dimension)
        let sum = 0
        for (const value of one) sum += value * value
        for (let i = 0; i < dimension; i++) one[i] /= Math.sqrt(sum)
      }
      const table = Array.from({ length: count }, (_, i) => ({
        path: `class-${(first + i) % 100}/picture-${first + i}.jpg`,
        label: `class-${(first + i) % 100}`,
        digest: (first + i).toString(16).padStart(64, '0'),
        bytes: 12_345,
        modified: 1_700_000_000_000,
        width: 640,
        height: 480,
        taken: null,
        thumbnail,
      }))
      return { rows: table, vectors, unread: [], known: 0 }
    },
  }
  const parts = await writeParts(folder, dimension, names, pieces, 1, PART_ROWS)
  const preprocessing = { size: 64, share: 1, channels: 3, maximum: 255, mean: [0, 0, 0], std: [1, 1, 1] }
  await writeRecord(folder, {
    format: INDEX_FORMAT,
    model: { id: '0'.repeat(64), from: 'none', dimension, preprocessing },
    data: ['none'],
    parts,
    unread: [],
  })
}

async function seconds(work) {
  const began = performance.now()
  await work()
  return (performance.now() - began) / 1000
}

async function best(times, work) {
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < times; i++) least = Math.min(least, await seconds(work))
  return least
}

async function cpu(work) {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}
