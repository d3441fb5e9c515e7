/** Copies, near copies, bursts and what is merely similar, in an index. */
import { setImmediate } from 'node:timers/promises'
import { UsageError } from '../../errors.js'
import { equalGroups, groupAt, groupCount } from '../../images/check/duplicates.js'
import { setting } from '../../setting.js'
import type { PictureIndex } from '../store/index-reader.js'
import { calibrated } from './calibrate.js'
import { candidates, type Pairs } from './candidates.js'
import { type Gathered, gather } from './gathered.js'
import { KEEP_DEFAULT, type KeepRow, keepOrder } from './keep.js'
import { relations } from './relation.js'
import { pixelReader } from './same-pixels.js'
import { type Edge, type Star, stars } from './stars.js'
import { momentsOf } from './times.js'
import { type Comparer, comparer } from './verified.js'

/** From the same to the merely similar. */
export const DUPLICATE_LEVELS = ['file', 'pixels', 'near', 'burst', 'similar'] as const
export type DuplicateLevel = (typeof DUPLICATE_LEVELS)[number]

export interface DuplicatesOptions {
  /** Score from which on pictures are copies, 0 to 1; found out from the index's own pictures unless given. */
  near?: number | undefined
  /** Cosine from which on others are similar, -1 to 1; what one picture of a hundred reaches unless given. */
  similar?: number | undefined
  /** Seconds within which pictures that differ were taken as one burst; 10 unless given. */
  burst?: number | undefined
  /** Rules for which one of several to keep, the first that tells two apart. */
  keep?: readonly string[] | undefined
  told?: (what: string, done: number, total: number) => void
  signal?: AbortSignal
}

/** One of several pictures that belong together, and how it is related to the one that is kept. */
export interface DuplicateMember {
  row: number
  path: string
  /** 1 for the same file or pixels; at `similar` the cosine, else that of `Match`. */
  score: number
  relations: string[]
}

export interface DuplicateGroup {
  level: DuplicateLevel
  /** The one to keep, which every member was compared with. */
  kept: { row: number; path: string }
  members: DuplicateMember[]
}

export interface Duplicates {
  pictures: number
  /** By level, then by the first row. */
  groups: DuplicateGroup[]
  /** Copies on the other side of a split into training and test than what they are copies of. */
  acrossSplit: number
  /** Where copies begin and how that was found; likewise what is similar. */
  near: { score: number; copies: number; given: boolean }
  similar: { cosine: number; given: boolean }
}

/** Looks for pictures that belong together. Changes nothing. @throws UsageError for a setting out of its range */
export async function findDuplicates(
  index: PictureIndex,
  options: DuplicatesOptions = {},
): Promise<Duplicates> {
  const { told = () => {}, signal, burst = 10 } = options
  inRange('near', options.near, 0)
  inRange('similar', options.similar, -1)
  const order = keepOrder(options.keep ?? KEEP_DEFAULT)
  const { size } = index
  const all = await gather(index, (done) => told('Read', done, size), signal)
  const kept = await preferences(index, all, order)
  const stands = Uint32Array.from({ length: size }, (_, row) => row)
  const groups: DuplicateGroup[] = []
  const same = equal(all.files, stands, kept)
  const read = pixelReader(index)
  const alike = await split(equal(all.faces, stands, kept), all, read, signal)
  const pairs = await candidates(
    index,
    all,
    stands,
    1000 * burst,
    (done, total) => told('Searched', done, total),
    signal,
  )
  const compares = comparer(index)
  const scores = await compares.scores(
    pairs.first,
    pairs.second,
    (done) => told('Compared', done, pairs.first.length),
    signal,
  )
  const threshold =
    options.near === undefined ? await calibrated(index, all.flat) : { score: options.near, copies: 0 }
  const moments = momentsOf(all.taken, 1000 * burst)
  const edges: Record<'near' | 'burst' | 'similar', Edge[]> = { near: [], burst: [], similar: [] }
  const rest: number[] = []
  for (let pair = 0; pair < scores.length; pair++) {
    const edge = {
      first: pairs.first[pair] as number,
      second: pairs.second[pair] as number,
      score: scores[pair] as number,
    }
    const level = moments.levelOf(
      edge.first,
      edge.second,
      edge.score,
      pairs.cosines[pair] as number,
      threshold.score,
    )
    if (level) edges[level].push(edge)
    else rest.push(pair)
  }
  const cosine = options.similar ?? similarFrom(pairs, rest, size)
  for (const pair of rest)
    if ((pairs.cosines[pair] as number) >= cosine)
      edges.similar.push({
        first: pairs.first[pair] as number,
        second: pairs.second[pair] as number,
        score: pairs.cosines[pair] as number,
      })
  const first = (a: number, b: number) => (kept[a] as number) - (kept[b] as number)
  const nearby = async (level: 'near' | 'burst', a: number, b: number) => {
    const score = (await compares.match(a, b))?.score ?? 0
    return moments.levelOf(a, b, score, Number.NaN, threshold.score) === level ? score : undefined
  }
  const found: [DuplicateLevel, Star[]][] = [
    ['file', same],
    ['pixels', alike.pixels],
    ['near', [...alike.near, ...(await stars(edges.near, first, (a, b) => nearby('near', a, b)))]],
    ['burst', await stars(edges.burst, first, (a, b) => nearby('burst', a, b))],
    ['similar', await stars(edges.similar, first, async () => undefined)],
  ]
  for (const [level, of] of found)
    for (const star of of) groups.push(await described(index, compares, level, star))
  return {
    pictures: size,
    groups,
    acrossSplit: acrossSplit(groups),
    near: { ...threshold, given: options.near !== undefined },
    similar: { cosine, given: options.similar !== undefined },
  }
}

function inRange(name: string, value: number | undefined, least: number): void {
  if (value === undefined || (value >= least && value <= 1)) return
  throw new UsageError(
    `${setting(name)} is ${value} where a number of ${least} to 1 is expected; give such a number`,
  )
}

/** The place of each row in the order in which copies are kept, `[N]`. */
async function preferences(
  index: PictureIndex,
  { size }: Gathered,
  order: (a: KeepRow, b: KeepRow) => number,
): Promise<Uint32Array> {
  const known: KeepRow[] = []
  for await (const { rows } of index.allRows(['path', 'width', 'height', 'bytes', 'modified', 'taken']))
    known.push(...rows)
  const numbers = Array.from({ length: size }, (_, row) => row)
  numbers.sort((a, b) => order(known[a] as KeepRow, known[b] as KeepRow))
  const places = new Uint32Array(size)
  for (const [place, row] of numbers.entries()) places[row] = place
  return places
}

/** Groups of rows whose words are equal; the one that is kept then stands for all in `stands`. */
function equal(words: Uint32Array, stands: Uint32Array, kept: Uint32Array): Star[] {
  const groups = equalGroups(
    words,
    stands.filter((of, row) => of === row),
  )
  return Array.from({ length: groupCount(groups) }, (_, at) => {
    const rows = [...groupAt(groups, at)].sort((a, b) => (kept[a] as number) - (kept[b] as number))
    const [representative, ...others] = rows as [number, ...number[]]
    for (const row of others) stands[row] = representative
    return { representative, members: others.map((row) => ({ row, score: 1 })) }
  })
}

/** Of pictures with one thumbnail those with the same pixels, by their files; the others are near where that can be said. */
async function split(
  same: readonly Star[],
  { flat }: Gathered,
  read: (row: number) => Promise<string | undefined>,
  signal: AbortSignal | undefined,
): Promise<{ pixels: Star[]; near: Star[] }> {
  const pixels: Star[] = []
  const near: Star[] = []
  for (const { representative, members } of same) {
    signal?.throwIfAborted()
    const own = await read(representative)
    const equals: Star['members'] = []
    const others: Star['members'] = []
    for (const member of members) {
      const its = await read(member.row)
      if (own !== undefined && own === its) equals.push(member)
      // nothing is to be seen on a thumbnail of one colour
      else if (flat[representative] === 0) others.push(member)
      await setImmediate()
    }
    if (equals.length > 0) pixels.push({ representative, members: equals })
    if (others.length > 0) near.push({ representative, members: others })
  }
  return { pixels, near }
}

/** Cosine below which pictures are not called similar, however few are nearer. */
const LEAST_SIMILAR = 0.8

/** One picture of a hundred has another, no copy of it, with at least this cosine. */
function similarFrom({ first, second, cosines }: Pairs, rest: readonly number[], size: number): number {
  const best = new Map<number, number>()
  for (const pair of rest) {
    const cosine = cosines[pair] as number
    if (Number.isNaN(cosine)) continue
    for (const row of [first[pair] as number, second[pair] as number])
      best.set(row, Math.max(best.get(row) ?? -1, cosine))
  }
  const sorted = [...best.values()].sort((a, b) => b - a)
  return Math.max(LEAST_SIMILAR, Math.floor(1000 * (sorted[Math.floor(size / 100)] ?? 1)) / 1000)
}

async function described(
  index: PictureIndex,
  compares: Comparer,
  level: DuplicateLevel,
  { representative, members }: Star,
): Promise<DuplicateGroup> {
  const sorted = members.toSorted((a, b) => b.score - a.score || a.row - b.row)
  const rows = await index.rows(
    [representative, ...sorted.map(({ row }) => row)],
    ['path', 'width', 'height', 'taken'],
  )
  const [own, ...others] = rows as [(typeof rows)[number], ...(typeof rows)[number][]]
  const words = async (at: number): Promise<string[]> => {
    const its = others[at] as (typeof rows)[number]
    const row = (sorted[at] as { row: number }).row
    if (level === 'file') return ['same file']
    if (level === 'pixels') return ['same pixels']
    if (level === 'similar') return ['similar']
    if (level === 'burst') {
      const seconds = Math.abs((its.taken ?? 0) - (own.taken ?? 0)) / 1000
      return [`taken ${Number(seconds.toFixed(1))} s apart`]
    }
    const [match, look, other] = [
      await compares.match(representative, row),
      await compares.look(representative),
      await compares.look(row),
    ]
    if (!match || !look || !other) return ['re-encoded']
    return relations(match, { ...own, look }, { ...its, look: other })
  }
  const described: DuplicateMember[] = []
  for (const [at, { row, score }] of sorted.entries())
    described.push({ row, path: (others[at] as { path: string }).path, score, relations: await words(at) })
  return { level, kept: { row: representative, path: own.path }, members: described }
}

const SIDE = /^(train|test|val)[^/]*\//

/** By the folders that sets are split into. */
function acrossSplit(groups: readonly DuplicateGroup[]): number {
  const side = (path: string) => SIDE.exec(path)?.[1]
  const copies = groups.filter(({ level }) => level !== 'burst' && level !== 'similar')
  return copies.reduce((sum, { kept, members }) => {
    const own = side(kept.path)
    return sum + members.filter(({ path }) => own !== undefined && (side(path) ?? own) !== own).length
  }, 0)
}
