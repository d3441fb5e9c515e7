/** What requests ask for, whatever brings them: vectors, neighbours and rows, each computed for many at a time. */
import { PictureError } from '../../images/picture.js'
import type { OpenedModel } from '../model/open-model.js'
import type { Row } from '../store/format.js'
import { type Batcher, batcher } from './batcher.js'
import type { HeldIndex } from './held-index.js'
import type { KnownRow } from './known-rows.js'
import type { Limits } from './limits.js'
import type { Metrics } from './metrics.js'
import { prepared } from './picture.js'
import { Refusal } from './refusal.js'
import { slots } from './slots.js'

/** A run that takes longer will never end. */
const STUCK = 120_000
/** A picture of one pixel. */
const DOT = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==',
  'base64',
)
/** What of a row is read at a time, beside the searches. */
const READERS = 2

export type ServedModel = OpenedModel

export type Neighbour = KnownRow & { row: number; score: number }

export interface Found {
  /** Of the index, as `Version.name`. */
  version: string
  /** Nearest first. */
  neighbours: Neighbour[]
}

export interface Service {
  readonly model: ServedModel
  readonly held: HeldIndex | undefined
  /** As the encoder makes it, of no particular length. @throws Refusal 422; Gone */
  vector(bytes: Uint8Array, signal: AbortSignal): Promise<Float32Array>
  /** @throws Refusal 404 without an index; Gone */
  neighbours(vector: Float32Array, k: number, signal: AbortSignal): Promise<Found>
  /** @throws Refusal 404; Gone */
  row<K extends keyof Row>(
    row: number,
    columns: readonly K[],
    signal: AbortSignal,
  ): Promise<{ version: string; values: Pick<Row, K> }>
  /** Pictures that wait, to be decoded or to be encoded. */
  readonly waiting: number
  /** Pictures that are decoded or encoded now. */
  readonly working: number
  /** Does once what takes longer the first time: decoding and computing. @throws where the model does not run */
  warmUp(): Promise<void>
  /** False when the model does not come back from a run. */
  readonly live: boolean
  /** Waits for what goes on, and frees the model and the index. */
  close(): Promise<void>
}

export function makeService(
  model: ServedModel,
  held: HeldIndex | undefined,
  limits: Limits,
  counted: Metrics,
): Service {
  const decoders = slots(limits.decoders)
  const readers = slots(READERS)
  const encoder = batcher<Float32Array, Float32Array>(limits.batch, async (pictures) => {
    const vectors = await model.encodePrepared(joined(pictures), pictures.length)
    counted.batch(pictures.length)
    return pictures.map((_, i) => vectors.slice(i * model.dimension, (i + 1) * model.dimension))
  })
  const searcher: Batcher<Question, Found> | undefined = held && batcher(limits.batch, searchIn(held))

  return {
    model,
    held,
    async vector(bytes, signal) {
      const values = await decoders.run(signal, async () => {
        try {
          return await prepared(bytes, model.preprocessing, limits.pixels)
        } catch (error) {
          if (!(error instanceof PictureError)) throw error
          counted.unread()
          throw new Refusal(422, `the picture cannot be read: ${error.reason}`)
        }
      })
      return await encoder.ask(values, signal)
    },
    neighbours(vector, k, signal) {
      if (!searcher) throw noIndex()
      return searcher.ask({ vector, k }, signal)
    },
    row(row, columns, signal) {
      if (!held) throw noIndex()
      return readers.run(signal, () =>
        held.use(async ({ index, name }) => {
          if (row >= index.size)
            throw new Refusal(404, `there is no row ${row}: the index has ${index.size}, from 0 on`)
          const [values] = await index.rows([row], columns)
          return { version: name, values: values as Pick<Row, (typeof columns)[number]> }
        }),
      )
    },
    get waiting() {
      return decoders.waiting + encoder.waiting
    },
    get working() {
      return decoders.working + encoder.working
    },
    async warmUp() {
      const { channels, size } = model.preprocessing
      // a model of other channels refuses it, which is as good
      await prepared(DOT, model.preprocessing, limits.pixels).catch(() => {})
      await model.encodePrepared(new Float32Array(channels * size * size), 1)
    },
    get live() {
      return [encoder, searcher].every((each) => performance.now() - (each?.since ?? Infinity) < STUCK)
    },
    async close() {
      await encoder.idle()
      await searcher?.idle()
      await held?.close()
      await model.close()
    },
  }
}

function noIndex(): Refusal {
  return new Refusal(404, 'this server has a model and no index, so it knows no other pictures')
}

interface Question {
  vector: Float32Array
  k: number
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const each = parts[0]?.length ?? 0
  const all = new Float32Array(parts.length * each)
  for (const [i, part] of parts.entries()) all.set(part, i * each)
  return all
}

/** One search and one reading of rows for all questions. */
function searchIn(held: HeldIndex) {
  return (questions: readonly Question[]): Promise<Found[]> =>
    held.use(async ({ index, name, about }) => {
      const queries = new Float32Array(questions.length * index.dimension)
      for (const [i, { vector }] of questions.entries()) queries.set(vector, i * index.dimension)
      const most = Math.max(...questions.map(({ k }) => k))
      const { k, rows, scores } = await index.search(queries, most)
      const wanted = questions.map((question, i) => [
        ...rows.subarray(i * k, i * k + Math.min(k, question.k)),
      ])
      const known = await about(wanted.flat())
      let next = 0
      return wanted.map((its, i) => ({
        version: name,
        neighbours: its.map((row, at) => ({
          row,
          score: scores[i * k + at] as number,
          ...(known[next++] as KnownRow),
        })),
      }))
    })
}
