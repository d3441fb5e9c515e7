/** All that can be said of a representation without labels, beside raw pixels and the untrained encoder. */

import { checkFeatures } from '../encode/bank.js'
import { noGrad, scope, type Tensor } from '../torch/index.js'
import { deviation } from './bootstrap.js'
import { alignments, retrieval } from './label-free.js'
import { type Measured, meanOf } from './measured.js'
import type { Progress, Score } from './score.js'
import { measuredRank, measuredSpread, measuredUniformity } from './spread.js'
import { neighbourhoodStability, neighboursLookedAt } from './stability.js'

/** Features of the same pictures as they are and of two altered views of them, float32 `[N, D]` each. */
export interface Views {
  plain: Tensor
  first: Tensor
  second: Tensor
}

/** Those who are compared without labels. */
export const UNLABELLED = ['learned', 'pixels', 'untrained'] as const
export type Unlabelled = (typeof UNLABELLED)[number]

/** One label-free measure of all contenders. */
export interface LabelFreeLine {
  /** Unique, snake_case. */
  name: string
  /** What a reader sees. */
  label: string
  /** One sentence for someone who has not read the code. */
  explanation: string
  /** Which way is good by itself; most are only telling together. */
  better: 'high' | 'low' | 'neither'
  /** Whether it is a share of 1. */
  share: boolean
  scores: Record<Unlabelled, Measured>
}

interface Measure extends Omit<LabelFreeLine, 'scores' | 'explanation'> {
  explanation: (pictures: number) => string
  /** The least number of pictures that it can be measured on. */
  least: number
  of: (views: Views, seed: number) => Measured
}

const MEASURES: readonly Measure[] = [
  {
    name: 'retrieval',
    label: 'Finds its other view',
    explanation: (n) =>
      `Share of ${n.toLocaleString('en')} pictures whose second altered view is nearest to its own first one among the first ones of all.`,
    better: 'high',
    share: true,
    least: 1,
    of: ({ first, second }, seed) => {
      const { mean, low, high, values } = retrieval(first, second, { seed })
      return { value: mean, low, high, repeats: values }
    },
  },
  {
    name: 'neighbour_stability',
    label: 'Keeps its neighbours',
    explanation: (n) =>
      `Share of a picture’s ${neighboursLookedAt(n)} nearest others that stay its nearest when it is altered; by chance ${byChance(n)} %.`,
    better: 'high',
    share: true,
    least: 3,
    of: ({ plain, first }, seed) =>
      meanOf(neighbourhoodStability(plain, first, neighboursLookedAt(plain.shape[0] as number)), seed),
  },
  {
    name: 'effective_rank',
    label: 'Rank of the features',
    explanation: () =>
      'Effective rank: the number of independent directions that the features really use (not the projections, whose rank is watched in training): 1 means that all pictures look the same. An untrained network may use many, too, but not for what pictures have in common.',
    better: 'neither',
    share: false,
    least: 1,
    of: ({ plain }) => measuredRank(plain),
  },
  {
    name: 'alignment',
    label: 'Alignment',
    explanation: () =>
      'Mean squared distance of two altered views of one picture on the unit sphere, 0 to 4: low where alterations do not matter. A collapse has 0 as well, so read it with the uniformity.',
    better: 'neither',
    share: false,
    least: 1,
    of: ({ first, second }, seed) => meanOf(alignments(first, second), seed),
  },
  {
    name: 'uniformity',
    label: 'Uniformity',
    explanation: () =>
      'How evenly different pictures cover the unit sphere: 0 where all lie on one spot, lower the better they are spread, about −4 at best.',
    better: 'neither',
    share: false,
    least: 2,
    of: ({ plain }) => measuredUniformity(plain),
  },
  {
    name: 'std_ratio',
    label: 'Spread of the features',
    explanation: () =>
      'Standard deviation of a feature over pictures, against that of vectors which point every way alike: 1 is even, 0 is collapsed.',
    better: 'neither',
    share: false,
    least: 2,
    of: ({ plain }) => measuredSpread(plain),
  },
]

function byChance(pictures: number): number {
  return Number(((100 * neighboursLookedAt(pictures)) / (pictures - 1)).toPrecision(2))
}

/**
 * Every label-free measure that so many pictures allow, each with its 95 % interval over the choice of pictures.
 * @throws UsageError when views do not fit together
 */
export function withoutLabels(
  views: Record<Unlabelled, Views>,
  { seed = 0, progress }: { seed?: number; progress?: Progress } = {},
): LabelFreeLine[] {
  const [pictures] = checkFeatures(views.learned.plain, 'learned')
  const possible = MEASURES.filter(({ least }) => pictures >= least)
  let done = 0
  return noGrad(() =>
    scope(() =>
      possible.map(({ least: _, of, explanation, ...about }) => {
        const scores = UNLABELLED.map((name) => {
          const measured = of(views[name], seed)
          progress?.(++done, possible.length * UNLABELLED.length)
          return [name, measured] as const
        })
        return {
          ...about,
          explanation: explanation(pictures),
          scores: Object.fromEntries(scores) as LabelFreeLine['scores'],
        }
      }),
    ),
  )
}

/** As scores, which can be compared: half a 95 % interval is 1.96 standard errors. */
export function scoresOf({ scores }: LabelFreeLine): Record<Unlabelled, Score> {
  const each = Object.entries(scores).map(([name, { value, low, high, repeats }]) => {
    const error = repeats ? deviation(repeats) : (high - low) / 2 / 1.96
    return [name, { mean: value, spread: error, values: repeats ?? [value], error, low, high }]
  })
  return Object.fromEntries(each) as Record<Unlabelled, Score>
}
