/** What each protocol that works on banks says of one contender, in words for a reader. */

import { clusterSteps } from './clusters.js'
import { type Amount, amounts, fewOf, usualPenalty } from './few.js'
import { knnGridOf } from './knn-grid.js'
import type { GridPoint, Line, Protocol } from './line.js'
import { linearOf } from './linear.js'
import { logisticOf } from './logistic-regression.js'
import type { Prepared } from './prepared.js'
import { sameClassOf } from './same-class.js'
import type { Progress, Score } from './score.js'
import type { Steps } from './steps.js'

/** One contender's part of a line. */
export interface Part extends Omit<Line, 'protocol' | 'scores' | 'grid'> {
  score: Score
  grid?: GridPoint[]
}

/** The protocols that need nothing but banks of features, in the order of the table. */
export const BANK_PROTOCOLS = [
  'few',
  'linear',
  'logistic',
  'knn',
  'retrieval',
  'clustering',
] as const satisfies readonly Protocol[]
export type BankProtocol = (typeof BANK_PROTOCOLS)[number]

type Run = (forms: Prepared, seed: number, progress: Progress) => Steps<Part[]>

export const RUNS: Record<BankProtocol, Run> = {
  few,
  *linear(forms, seed, progress) {
    const { rate, epochs, grid, ...score } = yield* linearOf(forms, seed, progress)
    return [
      {
        name: 'linear',
        label: 'All labels, linear probe',
        explanation:
          'A linear classifier learns from the labels of all training pictures by gradient descent, at the best of five learning rates.',
        score,
        chosen: { learning_rate: rate, epochs },
        grid,
      },
    ]
  },
  *logistic(forms, seed, progress) {
    const { penalty, grid, ...score } = yield* logisticOf(forms, seed, progress)
    return [
      {
        name: 'logistic',
        label: 'All labels, logistic',
        explanation:
          'A linear classifier is fitted to all training pictures to the end, with the best of 45 penalties against overfitting.',
        score,
        chosen: { penalty },
        grid,
      },
    ]
  },
  *knn(forms, seed, progress) {
    const { score, k, temperature, usual, grid } = yield* knnGridOf(forms, seed, progress)
    return [
      {
        name: 'knn',
        label: 'Nearest neighbours',
        explanation:
          'Each test picture takes the class that its nearest training pictures vote for; how many vote was chosen on training pictures.',
        score,
        chosen: { k, temperature },
        grid,
      },
      ...usual.map((pair) => ({
        name: `knn_${pair.k}`,
        label: `${pair.k} nearest neighbours`,
        explanation: `The same with ${pair.k} neighbours at temperature ${pair.temperature}, as many published figures have it.`,
        score: pair.score,
        chosen: { k: pair.k, temperature: pair.temperature },
      })),
    ]
  },
  *retrieval(forms, seed, progress) {
    const { recall, map, gallery, queries } = yield* sameClassOf(forms, seed, progress)
    const among = `among ${gallery.toLocaleString('en')} training pictures`
    return [
      ...recall.map(({ k, score }) => ({
        name: `recall_at_${k}`,
        label: k === 1 ? 'Nearest is of its class' : `Its class in the ${k} nearest`,
        explanation: `Share of ${queries.toLocaleString('en')} test pictures that find one of their class ${k === 1 ? 'as the nearest' : `in the ${k} nearest`} ${among}.`,
        score,
      })),
      {
        name: 'map',
        label: 'Mean average precision',
        explanation: `How far to the front pictures of the same class come when each of ${queries.toLocaleString('en')} test pictures ranks all ${among}; 100 % is all of them first.`,
        score: map,
      },
    ]
  },
  *clustering(forms, seed, progress) {
    const { nmi, ari, k } = yield* clusterSteps(forms.test, { seed, progress })
    const found = `The test pictures are put into ${k} groups by k-means without labels`
    return [
      {
        name: 'nmi',
        label: 'Groups and classes, NMI',
        explanation: `${found}; normalised mutual information says how much a group tells of the class.`,
        score: nmi,
        chosen: { k },
      },
      {
        name: 'ari',
        label: 'Groups and classes, ARI',
        explanation: `${found}; the adjusted Rand index is 1 when groups are classes and 0 by chance.`,
        score: ari,
        chosen: { k },
      },
    ]
  },
}

const AMOUNTS: readonly Amount[] = [
  { perClass: 1 },
  { perClass: 5 },
  { perClass: 10 },
  { perClass: 100 },
  { share: 0.01 },
  { share: 0.1 },
]
/** Drawings of 6,000 labels vary little and take long. */
const DRAWS = { most: 10, fewest: 3, labels: 30_000 }

/** Every amount of labels that is not all of them; 10 a class is there in any case. */
function* few(forms: Prepared, seed: number, progress: Progress): Steps<Part[]> {
  const sizes = AMOUNTS.map((amount) => ({
    amount,
    labels: amounts(forms.train, amount).reduce((sum, count) => sum + count, 0),
  }))
  const useful = sizes.filter(
    ({ amount, labels }) =>
      labels < forms.train.labels.length || ('perClass' in amount && amount.perClass === 10),
  )
  const parts: Part[] = []
  for (const { amount, labels } of useful) {
    const draws = Math.max(DRAWS.fewest, Math.min(DRAWS.most, Math.floor(DRAWS.labels / labels)))
    const score = yield* fewOf(forms, amount, draws, seed)
    parts.push({
      ...named(amount),
      explanation: `A linear classifier learns from ${labels.toLocaleString('en')} labelled pictures, drawn ${draws} times; it is asked about all test pictures.`,
      score,
      chosen: { penalty: usualPenalty(forms.train), labels, draws },
    })
    progress(parts.length, useful.length)
  }
  return parts
}

function named(amount: Amount): { name: string; label: string } {
  if ('share' in amount) {
    const percent = 100 * amount.share
    return { name: `few_${percent}_percent`, label: `${percent} % of the labels` }
  }
  const { perClass } = amount
  return { name: `few_${perClass}`, label: `${perClass} ${perClass === 1 ? 'label' : 'labels'} a class` }
}
