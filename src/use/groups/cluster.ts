/** The pictures of an index sorted into groups, by k-means of what their vectors differ most in. */
import { UsageError } from '../../errors.js'
import { setting } from '../../setting.js'
import { type Directions, principal, projected } from '../numeric/principal.js'
import { randomFrom, someOf } from '../numeric/random.js'
import type { PictureIndex } from '../store/index-reader.js'
import { chosenOf, type Parted, partings } from './choose-k.js'
import { addTo, assigned, kmeans } from './kmeans.js'
import { type Named, namesOf } from './names.js'

export interface ClusterOptions {
  /** Groups; found out unless given. */
  k?: number | undefined
  seed?: number | undefined
  told?: (what: string, done: number, total: number) => void
  signal?: AbortSignal | undefined
}

export interface Cluster extends Named {
  size: number
  /** Root of the mean squared distance to its centre, as a share of that of all pictures to theirs. */
  spread: number
  /** The rows nearest to the centre, the nearest first. */
  medoids: number[]
}

export interface Clustering {
  /** The largest first. */
  clusters: Cluster[]
  /** Of each row, `[N]`. */
  of: Int32Array
  /** Distance of each row to its centre, `[N]`. */
  distances: Float32Array
  /** Numbers of groups that were tried; none where it was given. */
  tried: Parted[]
}

/** Directions that are looked at: further ones are mostly noise, and take time. */
const DIRECTIONS = 48
/** Rows that the number and the first centres are found from. */
const CHOSEN_FROM = 2000
const SAMPLE = 16_384
/** Passes over all rows after those over the sample, where there are more. */
const PASSES = 2
const MEDOIDS = 8

/** @throws UsageError for a number of groups beyond that of pictures, or an index of none */
export async function clusterIndex(index: PictureIndex, options: ClusterOptions = {}): Promise<Clustering> {
  const { k, seed = 0, told = () => {}, signal } = options
  const { size } = index
  if (size === 0) throw new UsageError('the index has no pictures to group; embed some first')
  if (k !== undefined && !(Number.isInteger(k) && k >= 1 && k <= size))
    throw new UsageError(
      `${setting('k')} is ${k} where a whole number of 1 to ${size}, the pictures of the index, is expected; give such a number`,
    )
  const directions = await principal(index, DIRECTIONS)
  const { count } = directions
  signal?.throwIfAborted()
  const random = randomFrom(seed)
  const sample = projected(await index.vectors(someOf(size, SAMPLE, random)), directions)
  const tried = k === undefined ? await partings(some(sample, count, random), count, seed) : []
  let { centres } = kmeans(sample, count, k ?? chosenOf(tried), { seed })
  signal?.throwIfAborted()
  const passes = size > sample.length / count ? PASSES : 0
  for (let pass = 0; pass < passes; pass++)
    centres = await moved(
      index,
      directions,
      centres,
      (done) => told('Grouped', pass * size + done, (passes + 1) * size),
      signal,
    )
  const all = await placed(
    index,
    directions,
    centres,
    (done) => told('Grouped', passes * size + done, (passes + 1) * size),
    signal,
  )
  return { ...(await summed(index, all, centres.length / count)), tried }
}

function some(sample: Float32Array, dimension: number, random: () => number): Float32Array {
  const rows = someOf(sample.length / dimension, CHOSEN_FROM, random)
  const out = new Float32Array(rows.length * dimension)
  for (const [i, row] of rows.entries())
    out.set(sample.subarray(row * dimension, (row + 1) * dimension), i * dimension)
  return out
}

type Told = (done: number) => void

/** Centres as the means of all rows that are nearest to them. */
async function moved(
  index: PictureIndex,
  directions: Directions,
  centres: Float32Array,
  told: Told,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  const { count } = directions
  const sums = new Float64Array(centres.length)
  const counts = new Uint32Array(centres.length / count)
  for await (const { first, rows } of blocks(index, directions, signal)) {
    addTo(sums, counts, rows, count, assigned(rows, count, centres).of)
    told(first)
  }
  return centres.map((centre, at) => {
    const of = counts[Math.floor(at / count)] as number
    return of === 0 ? centre : (sums[at] as number) / of
  })
}

/** Rows that are projected at once. */
const BLOCK = 1024

async function* blocks(index: PictureIndex, directions: Directions, signal: AbortSignal | undefined) {
  const { dimension } = directions
  for await (const { first, count, vectors } of index.parts())
    for (let from = 0; from < count; from += BLOCK) {
      signal?.throwIfAborted()
      const some = vectors.subarray(from * dimension, Math.min(count, from + BLOCK) * dimension)
      yield { first: first + from, rows: projected(some, directions) }
      // signals are only heard when the event loop turns
      await new Promise(setImmediate)
    }
}

interface Placed {
  of: Int32Array
  distances: Float32Array
}

async function placed(
  index: PictureIndex,
  directions: Directions,
  centres: Float32Array,
  told: Told,
  signal: AbortSignal | undefined,
): Promise<Placed> {
  const all = { of: new Int32Array(index.size), distances: new Float32Array(index.size) }
  for await (const { first, rows } of blocks(index, directions, signal)) {
    const { of, distances } = assigned(rows, directions.count, centres)
    all.of.set(of, first)
    all.distances.set(distances.map(Math.sqrt), first)
    told(first + of.length)
  }
  return all
}

/** Groups in the order of their sizes; those of none are left out. */
async function summed(
  index: PictureIndex,
  { of, distances }: Placed,
  k: number,
): Promise<Omit<Clustering, 'tried'>> {
  const sizes = new Uint32Array(k)
  const squares = new Float64Array(k)
  const nearest: number[][] = Array.from({ length: k }, () => [])
  for (let row = 0; row < of.length; row++) {
    const own = of[row] as number
    const distance = distances[row] as number
    sizes[own] = (sizes[own] as number) + 1
    squares[own] = (squares[own] as number) + distance ** 2
    insert(nearest[own] as number[], row, distances)
  }
  const order = [...sizes.keys()]
    .filter((at) => sizes[at] !== 0)
    .sort((a, b) => (sizes[b] as number) - (sizes[a] as number))
  const place = new Int32Array(k)
  for (const [to, from] of order.entries()) place[from] = to
  const ordered = of.map((own) => place[own] as number)
  const names = await namesOf(index, ordered, order.length)
  const mean = Math.sqrt(squares.reduce((sum, one) => sum + one, 0) / of.length)
  const clusters = order.map((from, to): Cluster => {
    const own = Math.sqrt((squares[from] as number) / (sizes[from] as number))
    return {
      ...(names[to] as Named),
      size: sizes[from] as number,
      spread: mean > 0 ? own / mean : 0,
      medoids: nearest[from] as number[],
    }
  })
  return { clusters, of: ordered, distances }
}

function insert(rows: number[], row: number, distances: Float32Array): void {
  const distance = distances[row] as number
  let at = rows.length
  while (at > 0 && (distances[rows[at - 1] as number] as number) > distance) at--
  if (at >= MEDOIDS) return
  rows.splice(at, 0, row)
  if (rows.length > MEDOIDS) rows.pop()
}
