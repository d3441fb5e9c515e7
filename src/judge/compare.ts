/** One product of all test pictures with all training pictures serves k-NN and retrieval. */

import type { Bank } from '../encode/bank.js'
import { judgingStream, permutation } from '../encode/random.js'
import { evenly } from '../images/index.js'
import { ops, scope, type Tensor, tensor } from '../torch/index.js'
import { greatest, normalised, rowsAtOnce } from './nearest.js'
import { averagePrecisions } from './ranking.js'
import type { Progress } from './score.js'
import { type Steps, scoped } from './steps.js'

/** As many neighbours as the largest k asks for. */
export const MOST = 200
/** Training pictures that are asked, each with itself left out, to choose k and temperature. */
const HELD = 2000
/** Training pictures that a test picture is ranked against. */
export const GALLERY = 20_000
/** Test pictures that rank them: sorting takes longer than comparing, and so many have a standard error of half a point. */
export const RANKED = 2500

/** Nearest first. */
export interface Near {
  /** Cosine similarities, float32 `[Q, k]`. */
  similarities: Tensor
  /** Classes, int64 `[Q, k]`. */
  labels: Tensor
}

export interface Comparison {
  /** Of the test pictures; absent where it was not asked for, as the rest. */
  asked?: Near
  /** Of some training pictures, themselves left out. */
  held?: Near
  /** Which training pictures `held` is about. */
  heldRows?: Int32Array
  ranks?: Ranks
}

/** How training pictures of a test picture's class rank among the gallery. */
export interface Ranks {
  /** For each test picture that was asked, 0 to 1; 0 where the gallery has no picture of its class. */
  precision: Float64Array
  /** The place of the first picture of its class, from 1; infinity where there is none. */
  first: Float64Array
  gallery: number
}

export interface CompareOptions {
  nearest?: boolean
  ranks?: boolean
  seed?: number
  progress?: Progress
}

/** Cosine similarities of all test pictures to the training pictures, of which only what is asked for is held. */
export function compare(
  { train, test }: { train: Bank; test: Bank },
  { nearest = true, ranks = true, seed = 0, progress }: CompareOptions = {},
): Steps<Comparison> {
  const count = train.labels.length
  const order = judgingStream(seed, 0x9a11e5)
  const rows = count > GALLERY ? permutation(order, count).slice(0, GALLERY).sort() : undefined
  const own = permutation(judgingStream(seed, 0x4e1d), count).subarray(0, HELD)
  const queries = test.labels.length
  const total = queries + (nearest ? own.length : 0)
  return scoped(function* () {
    const all = normalised(train.features)
    const gallery = rows && tensor(rows).to('int64')
    // without k-NN nothing but the gallery is compared
    const known = nearest || !gallery ? all : all.index_select(0, gallery)
    const classes = tensor(train.labels).to('int64')
    const galleryLabels = rows ? rows.map((row) => train.labels[row] as number) : train.labels
    const ranked = evenly(queries, Math.min(queries, RANKED))
    const found: Ranks = {
      precision: new Float64Array(ranked.length),
      first: new Float64Array(ranked.length),
      gallery: galleryLabels.length,
    }
    const search = function* (
      asked: Tensor,
      mine: Int32Array | undefined,
      before: number,
      see?: See,
    ): Steps<Near | undefined> {
      const k = Math.min(MOST, count - (mine ? 1 : 0))
      const near = yield* blocks(asked, known, (similar, from, size) => {
        see?.(similar, from, size)
        progress?.(before + from + size, total)
        if (!nearest) return undefined
        // itself is never its own neighbour, while an exact duplicate may be
        if (mine) similar.scatter_(1, tensor(mine.subarray(from, from + size), [size, 1]).to('int64'), -2)
        const [similarities, columns] = greatest(similar, k)
        return { similarities, labels: ops.take(classes, columns) }
      })
      return near.length > 0 ? joined(near) : undefined
    }
    const rank: See = (similar, from, size) => {
      const begin = ranked.findIndex((query) => query >= from)
      const here = ranked.filter((query) => query >= from && query < from + size)
      if (here.length === 0) return
      const own = similar.index_select(0, tensor(here.map((query) => query - from)).to('int64'))
      const shown = nearest && gallery ? own.index_select(1, gallery) : own
      const wanted = Int32Array.from(here, (query) => test.labels[query] as number)
      const seen = averagePrecisions(shown.toFloat32(), galleryLabels, wanted)
      found.precision.set(seen.precision, begin)
      found.first.set(seen.first, begin)
    }
    const asked = yield* search(normalised(test.features), undefined, 0, ranks ? rank : undefined)
    const held =
      nearest && count > 1
        ? yield* search(all.index_select(0, tensor(own).to('int64')), own, queries)
        : undefined
    return {
      ...(asked && { asked }),
      ...(held && { held, heldRows: own }),
      ...(ranks && { ranks: found }),
    }
  })
}

type See = (similar: Tensor, from: number, size: number) => void

/** Goes through the similarities of `asked` to `known` in blocks of rows. */
function* blocks(
  asked: Tensor,
  known: Tensor,
  each: (similar: Tensor, from: number, size: number) => Near | undefined,
): Steps<Near[]> {
  const [queries = 0] = asked.shape
  const step = rowsAtOnce(known.shape[0] as number)
  const found: Near[] = []
  for (let from = 0; from < queries; from += step) {
    const size = Math.min(step, queries - from)
    const near = scope(() => each(asked.narrow(0, from, size).mm(known.t()), from, size))
    if (near) found.push(near)
    yield
  }
  return found
}

function joined(parts: readonly Near[]): Near {
  return {
    similarities: ops.cat(parts.map(({ similarities }) => similarities)),
    labels: ops.cat(parts.map(({ labels }) => labels)),
  }
}
