/** Has the representation collapsed? Measured on the projections that the loss compares, while training. */

import { setting } from '../setting.js'
import { noGrad, ops, scope, type Tensor } from '../torch/index.js'
import { normalize } from './similarity/cosine.js'

export interface Measures {
  /** Mean deviation of a channel of the normalised embedding times sqrt(d): 1 when directions are spread evenly, 0 when all vectors are one. */
  stdRatio: number
  /** Mean cosine of two views of one picture; absent where a method looks at one. */
  positive?: number
  /** Mean cosine of views of different pictures. */
  others: number
  /** Number of directions in use: exp of the entropy of the singular values (Roy & Vetterli 2007; RankMe, arXiv 2210.02885). */
  effectiveRank: number
  /** The largest that `effectiveRank` could be: min(N, d). */
  fullRank: number
}

export type CollapseState = 'healthy' | 'narrowing' | 'collapsed'

export interface Verdict {
  state: CollapseState
  /** One plain sentence. */
  sentence: string
  /** What to do, where something is to be done. */
  remedy?: string
}

/**
 * Measures embeddings of N pictures, `[N, d]` float32, N at least 2: two views of the same, or one.
 * A network that gives every picture the same vector has stdRatio 0, others 1 and rank 1.
 */
export function collapseMetrics(first: Tensor, second?: Tensor): Measures {
  return scope(() =>
    noGrad(() => {
      const a = normalize(first)
      const [n, d] = a.shape as [number, number]
      const similarities = a.matmul((second ? normalize(second) : a).t())
      const same = similarities.diagonal().mean().item()
      const others = (similarities.sum().item() - same * n) / (n * (n - 1))
      const stdRatio = a.std([0], false).mean().item() * Math.sqrt(d)
      return {
        stdRatio,
        ...(second && { positive: same }),
        others,
        effectiveRank: effectiveRank(a),
        fullRank: Math.min(n, d),
      }
    }),
  )
}

function effectiveRank(x: Tensor): number {
  // libtorch's decomposition throws on what is not a number
  if (!x.isfinite().all().item()) return 1
  const singular = ops.linalg_svdvals(x.to('float64'))
  const total = singular.sum().item()
  // all zeros
  if (!(total > 0)) return 1
  const share = singular.div(total)
  return Math.exp(-share.xlogy(share).sum().item())
}

/** Below this share of an even spread, or above this cosine, vectors of different pictures are practically one. */
const COLLAPSED = { stdRatio: 0.05, others: 0.99, rank: 1.5 }
const NARROWING = { stdRatio: 0.3, others: 0.9, rank: 4 }

/**
 * The verdict on measures, and the likely cause where there is one.
 * @param pictures whether all that were seen are one picture, which no training can tell apart
 */
export function diagnoseCollapse(
  measures: Measures,
  loss: number,
  pictures: { readonly alike: boolean } = { alike: false },
): Verdict {
  const { stdRatio, others, effectiveRank: rank, fullRank } = measures
  const figures = `different pictures have a mean cosine of ${others.toFixed(2).replace('-0.00', '0.00')}, ${rank.toFixed(1)} of ${fullRank} directions of the projections are in use`
  if (pictures.alike) {
    return {
      state: 'collapsed',
      sentence:
        'Nothing to learn: all pictures are the same one, and vectors differ only by how its views were altered.',
      remedy:
        "The pictures are at fault, not the training: give it pictures that differ. 'selfsame data check' tells what was read.",
    }
  }
  if (!Number.isFinite(loss) || !Number.isFinite(stdRatio)) {
    return {
      state: 'collapsed',
      sentence: 'Collapsed: the loss is not a number any more.',
      remedy: `Lower the learning rate (${setting('learningRate')}), lengthen the warm-up (${setting('warmup')}), or train with ${setting('precision', 'float32')}.`,
    }
  }
  if (stdRatio < COLLAPSED.stdRatio || others > COLLAPSED.others || rank < COLLAPSED.rank) {
    return {
      state: 'collapsed',
      sentence: `Collapsed: all pictures get nearly the same vector (${figures}).`,
      remedy:
        'Likely causes: no predictor, a target that copies the online network (tau near 0), no batch norm in the heads, or a learning rate made for another optimiser. Start again from the preset, or raise tau and lower the learning rate.',
    }
  }
  if (
    stdRatio < NARROWING.stdRatio ||
    others > NARROWING.others ||
    rank < Math.min(NARROWING.rank, fullRank / 2)
  ) {
    return {
      state: 'narrowing',
      sentence: `Narrowing: the vectors of different pictures crowd together (${figures}).`,
      remedy: 'Watch the next measurements; if it goes on, lower the learning rate or raise tau.',
    }
  }
  return { state: 'healthy', sentence: `Healthy: pictures keep their own directions (${figures}).` }
}
