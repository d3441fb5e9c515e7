/** Which pictures eyes are asked about, and what either encoder has found for them. */
import { UsageError } from '../errors.js'
import { evenSubset, type Source } from '../images/index.js'
import { baselineNames } from '../judge/baseline-names.js'
import {
  type ClickQuestion,
  clickQuestions,
  clickRival,
  evening,
  neighbours,
  SHOWN,
  whitenedBy,
} from '../judge/index.js'
import type { Settings } from '../learn/settings.js'
import { noGrad, scope, type Tensor, tensor } from '../torch/index.js'
import { differing } from './differing.js'
import type { Judging, Tell } from './judging.js'
import { disposeSide, type Embedders, embedSide } from './sides.js'

/** Pictures among which neighbours are looked for, at most. */
const MOST = 2000
/** Of fewer answers no outcome tells. */
const LEAST = 6

export interface Clicks {
  /** The pictures that rows of the questions are of. */
  gallery: Source
  /** Whose neighbours stand beside the learned ones. */
  rival: 'closed' | 'whitened'
  questions: ClickQuestion[]
  /** What takes the answer in, but for the answer itself; absent where labels decide. */
  command?: string
}

/**
 * Questions on up to 2,000 pictures of `source` at even distances, copies left out: the three nearest by the learned features beside those by
 * the closed form, or where there is none, by whitened pixels.
 * @throws UsageError where there is too little to choose between
 */
export async function clicksOn(
  source: Source,
  { settings, embedders: { learned, closed } }: { settings: Settings; embedders: Embedders },
  judging: Judging,
  progress: Tell,
): Promise<Clicks> {
  const gallery = evenSubset(source, MOST)
  const embedders = { ...(learned && { learned }), ...(closed && { closed }) }
  const side = await embedSide(gallery, { ...judging, settings, embedders, progress })
  try {
    const rows = differing(side.features.get('pixels') as Tensor, gallery.channels)
    if (rows.length <= SHOWN)
      throw new UsageError(
        `of ${gallery.size} pictures ${rows.length} differ, too few to look for neighbours`,
      )
    const rival = clickRival(Object.fromEntries(side.features))
    const found = noGrad(() =>
      scope(() => {
        const wanted = tensor(rows, undefined, 'int64')
        const of = (name: 'learned' | 'closed' | 'pixels') =>
          (side.features.get(name) as Tensor).index_select(0, wanted)
        const other = rival === 'closed' ? of('closed') : whitenedPixels(of('pixels'), judging.seed)
        return clickQuestions(nearest(of('learned')), nearest(other), judging.seed)
      }),
    )
    if (found.length < LEAST) {
      throw new UsageError(
        `for all but ${found.length} of ${rows.length} pictures the trained encoder and ${baselineNames()[rival]} find the same neighbours, so there is next to nothing to choose between`,
      )
    }
    const picture = (row: number) => side.used[rows[row] as number] as number
    const questions = found.map(({ query, learned, rival, left }) => ({
      query: picture(query),
      learned: learned.map(picture),
      rival: rival.map(picture),
      left,
    }))
    return { gallery, rival, questions }
  } finally {
    disposeSide(side)
  }
}

function nearest(features: Tensor): number[][] {
  const [count = 0] = features.shape
  return neighbours(features, [...Array(count).keys()], SHOWN).indices
}

function whitenedPixels(pixels: Tensor, seed: number): Tensor {
  return whitenedBy(evening(pixels, seed), pixels)
}
