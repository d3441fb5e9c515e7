/** What quantised weights cost, on the run's own pictures. */

import type { Source } from '../../images/index.js'
import { type Bank, knn } from '../../judge/index.js'
import { greatest, normalised } from '../../judge/nearest.js'
import { noGrad, scope, tensor } from '../../torch/index.js'
import type { Preprocessing } from '../../use/model/preprocessing.js'
import { PORTS } from '../network.js'
import { type Pixels, pixels, type Sides } from '../run-pictures.js'
import type { Session } from '../session.js'

export interface Loss {
  /** Pictures that were asked about. */
  pictures: number
  /** Share of them whose nearest neighbour stays the same. */
  sameNeighbour: number
  /** Of the vectors before and after. */
  cosine: { mean: number; least: number }
  /** Share classified rightly by 20 neighbours, where classes are known. */
  knn?: { before: number; after: number }
}

interface Vectors {
  values: Float32Array
  labels: Int32Array
}

const K = 20

export interface Measuring {
  sides: Sides
  preprocessing: Preprocessing
  tell: (done: number, total: number) => void
  signal?: AbortSignal | undefined
}

/** @param before the model as it was; `after`: others, of which each is compared with it */
export async function losses(
  before: Session,
  after: readonly Session[],
  { sides, preprocessing, tell, signal }: Measuring,
): Promise<Loss[]> {
  const sessions = [before, ...after]
  const total = sides.known.size + sides.asked.size
  const known = await vectorsOf(
    pixels(sides.known, preprocessing, { signal }),
    sides.known,
    sessions,
    (done) => tell(done, total),
  )
  const asked = await vectorsOf(
    pixels(sides.asked, preprocessing, { signal }),
    sides.asked,
    sessions,
    (done) => tell(sides.known.size + done, total),
  )
  const first = known[0] as Vectors
  const nearest = nearestOf(first, asked[0] as Vectors)
  const right = rightOf(first, asked[0] as Vectors, sides.classes)
  return after.map((_, i): Loss => {
    const [bank, queries] = [known[i + 1] as Vectors, asked[i + 1] as Vectors]
    const others = nearestOf(bank, queries)
    const same = others.filter((one, at) => one === nearest[at]).length
    return {
      pictures: others.length,
      sameNeighbour: same / others.length,
      cosine: cosines(asked[0] as Vectors, queries),
      ...(right !== undefined && {
        knn: { before: right, after: rightOf(bank, queries, sides.classes) as number },
      }),
    }
  })
}

/** Of each session the vectors of all pictures, each of which is read once. */
async function vectorsOf(
  pictures: AsyncIterable<Pixels>,
  { labels: classes }: Source,
  sessions: readonly Session[],
  tell: (done: number) => void,
): Promise<Vectors[]> {
  const parts = sessions.map(() => [] as Float32Array[])
  const labels: number[] = []
  for await (const { values, shape, used } of pictures) {
    for (const [i, session] of sessions.entries()) {
      const found = (await session.run(values, shape)).get(PORTS.vector)
      parts[i]?.push(Float32Array.from(found?.data ?? []))
    }
    for (const index of used) labels.push(classes?.[index] ?? -1)
    tell(labels.length)
  }
  return parts.map((part) => ({ values: joined(part), labels: Int32Array.from(labels) }))
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

function rowsOf({ values, labels }: Vectors) {
  return tensor(values, [labels.length, values.length / labels.length])
}

/** The row of the bank that each query is nearest to. */
function nearestOf(bank: Vectors, queries: Vectors): number[] {
  return scope(() =>
    noGrad(() => {
      const similar = normalised(rowsOf(queries)).mm(normalised(rowsOf(bank)).t())
      return greatest(similar, 1)[1].toArray()
    }),
  )
}

function rightOf(bank: Vectors, queries: Vectors, classes: number): number | undefined {
  if (classes === 0) return undefined
  return scope(() => {
    const as = (one: Vectors): Bank => ({ features: rowsOf(one), labels: one.labels, classes })
    return knn(as(bank), as(queries), { k: K }).mean
  })
}

function cosines(a: Vectors, b: Vectors): Loss['cosine'] {
  const all = scope(() =>
    noGrad(() =>
      normalised(rowsOf(a))
        .mul(normalised(rowsOf(b)))
        .sum([1])
        .toArray(),
    ),
  )
  return { mean: all.reduce((sum, one) => sum + one, 0) / all.length, least: Math.min(...all) }
}
