/** A model and an index whose answers are known by hand. */
import sharp from 'sharp'
import { resampleAll } from '../../model/resample.js'
import type { Row } from '../../store/format.js'
import type { PictureIndex } from '../../store/index-reader.js'
import type { ServedModel } from '../service.js'

const PREPROCESSING = {
  size: 8,
  share: 1,
  channels: 3,
  maximum: 255,
  mean: [0, 0, 0],
  std: [1, 1, 1],
  decodeTo: 16,
}

export type FakeModel = ServedModel & {
  /** Sizes of the batches that it was shown. */
  batches: number[]
  closed: boolean
}

/** The mean of each colour, as a share of full brightness. @param before is waited for before each batch is answered */
export function fakeModel(before: (values: Float32Array) => Promise<void> = async () => {}): FakeModel {
  const batches: number[] = []
  let warm = false
  const model: FakeModel = {
    id: 'a'.repeat(64),
    name: 'fake',
    dimension: 3,
    preprocessing: PREPROCESSING,
    engine: 'by hand',
    batches,
    closed: false,
    encode: (pictures) => model.encodePrepared(resampleAll(pictures, PREPROCESSING), pictures.length),
    async encodePrepared(values, count) {
      // what the server asks as it starts is no picture of a test's
      if (warm) {
        batches.push(count)
        await before(values)
      }
      warm = true
      return Float32Array.from({ length: 3 * count }, (_, i) => mean(values, 64 * i))
    },
    async close() {
      model.closed = true
    },
  }
  return model
}

/** Of one channel; the sums of a resize are off by rounding. */
function mean(values: Float32Array, from: number): number {
  const sum = values.subarray(from, from + 64).reduce((all, value) => all + value, 0)
  return Math.round((sum / 64) * 1e5) / 1e5
}

/** Rows by their colours, in this order. */
export const ROWS: readonly { path: string; label: string | null; vector: number[] }[] = [
  { path: 'red/1.png', label: 'red', vector: [1, 0, 0] },
  { path: 'red/2.png', label: 'red', vector: [0.8, 0.6, 0] },
  { path: 'green/1.png', label: 'green', vector: [0, 1, 0] },
  { path: 'blue/1.png', label: 'blue', vector: [0, 0, 1] },
  { path: 'grey.png', label: null, vector: [0.577, 0.577, 0.577] },
]

export interface FakeIndex extends PictureIndex {
  closed: boolean
}

export function fakeIndex(folder: string, rows = ROWS, model = 'a'.repeat(64)): FakeIndex {
  const known = rows.map(
    ({ path, label }, i): Row => ({
      path,
      label,
      digest: `${i}`,
      bytes: 100,
      modified: 0,
      width: 20,
      height: 10,
      taken: null,
      thumbnail: Uint8Array.of(0xff, 0xd8, i),
    }),
  )
  const index: FakeIndex = {
    folder,
    record: {
      format: 1,
      model: { id: model, from: 'fake', dimension: 3, preprocessing: PREPROCESSING },
      data: ['pictures'],
      parts: [{ number: 1, rows: rows.length, off: [] }],
      unread: [],
    },
    size: rows.length,
    dimension: 3,
    closed: false,
    async *parts() {},
    async *allRows() {
      yield { first: 0, rows: known }
    },
    async *neighbours() {},
    fileOf: () => undefined,
    vectors: async (wanted) => Float32Array.from(wanted.flatMap((row) => rows[row]?.vector ?? [])),
    rows: async (wanted) => wanted.map((row) => known[row] as Row),
    async search(queries, k) {
      const count = Math.min(k, rows.length)
      const found = { k: count, rows: [] as number[], scores: [] as number[] }
      for (let at = 0; at < queries.length; at += 3) {
        const query = queries.subarray(at, at + 3)
        const scored = rows
          .map(({ vector }, row) => ({ row, score: dot(vector, query) / Math.hypot(...query) }))
          .sort((a, b) => b.score - a.score)
          .slice(0, count)
        found.rows.push(...scored.map(({ row }) => row))
        found.scores.push(...scored.map(({ score }) => score))
      }
      return { k: count, rows: Int32Array.from(found.rows), scores: Float32Array.from(found.scores) }
    },
    async close() {
      index.closed = true
    },
  }
  return index
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return (
    (a[0] as number) * (b[0] as number) +
    (a[1] as number) * (b[1] as number) +
    (a[2] as number) * (b[2] as number)
  )
}

/** A picture of one colour, as PNG. */
export function plain(r: number, g: number, b: number, size = 12): Promise<Buffer> {
  return sharp({ create: { width: size, height: size, channels: 3, background: { r, g, b } } })
    .png()
    .toBuffer()
}

/** A promise with what ends it. */
export function gate(): { open: () => void; opened: Promise<void> } {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, opened }
}
