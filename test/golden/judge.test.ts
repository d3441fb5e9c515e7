/** The protocols on banks beside scikit-learn, torch.optim and numpy: see make_judge.py, which made the values. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import {
  adjustedRand,
  type Bank,
  contingency,
  kmeans,
  knnGrid,
  mutualInformation,
  sameClass,
} from '../../src/judge/index.js'
import { epochsFor } from '../../src/judge/linear.js'
import { fit } from '../../src/judge/logistic.js'
import { FINE } from '../../src/judge/logistic-regression.js'
import { normalised } from '../../src/judge/nearest.js'
import { accuracies } from '../../src/judge/predictions.js'
import { prepare } from '../../src/judge/prepared.js'
import { averagePrecisions } from '../../src/judge/ranking.js'
import { sgd } from '../../src/judge/sgd.js'
import { fashion, hasFashion, head, untrained } from '../../src/judge/testing/banks.js'
import { ops, scope, type Tensor, tensor } from '../../src/torch/index.js'

interface Reference {
  sum: number
  knn: { k: number; temperature: number; accuracy: number }[]
  logistic: { penalty: number; accuracy: number }[]
  linear: { rate: number; accuracy: number }[]
  retrieval: { queries: number; map: number; recall: Record<string, number> }
  clustering: { inertia: number; nmi: number; ari: number }
}

const golden = JSON.parse(readFileSync(new URL('judge.json', import.meta.url), 'utf8')) as {
  pixels: Reference
  untrained: Reference
  given: { precision: number[]; parts: Record<string, { nmi: number; ari: number }> }
}

/** Two tenths of a point. */
const AGREE = 0.002

test('given rankings have the average precision of scikit-learn, ties and all', () => {
  const gallery = 3000
  const scores = Float32Array.from(
    { length: 20 * gallery },
    (_, at) => (((at % gallery) * 7919 + Math.floor(at / gallery) * 104729) % 1009) / 1009,
  )
  const labels = Int32Array.from({ length: gallery }, (_, i) => (i * i) % 7)
  const wanted = Int32Array.from({ length: 20 }, (_, q) => q % 7)
  const { precision } = averagePrecisions(scores, labels, wanted)
  golden.given.precision.forEach((value, q) => {
    expect(precision[q]).toBeCloseTo(value, 9)
  })
})

test('given partitions have the mutual information and Rand index of scikit-learn', () => {
  const i = Array.from({ length: 3000 }, (_, at) => at)
  const parts: Record<string, [number[], number[]]> = {
    related: [i.map((x) => x % 10), i.map((x) => ((x % 10) + (Math.floor((x * x) / 7) % 3)) % 11)],
    unrelated: [i.map((x) => x % 10), i.map((x) => Math.floor(x / 10) % 12)],
    equal: [i.map((x) => x % 10), i.map((x) => 9 - (x % 10))],
    one: [i.map(() => 0), i.map((x) => x % 10)],
    unbalanced: [i.map((x) => Number(x > 2900)), i.map((x) => Number(x > 2800 && x % 2 === 0))],
  }
  expect(Object.keys(parts)).toEqual(Object.keys(golden.given.parts))
  for (const [name, { nmi, ari }] of Object.entries(golden.given.parts)) {
    const table = contingency(...(parts[name] as [number[], number[]]))
    expect(mutualInformation(table), name).toBeCloseTo(nmi, 9)
    expect(adjustedRand(table), name).toBeCloseTo(ari, 9)
  }
})

const banks = {
  pixels: (bank: Bank) => bank,
  untrained: (bank: Bank) => ({ ...bank, features: untrained(bank.features) }),
}

test.skipIf(!hasFashion).each(['pixels', 'untrained'] as const)(
  'protocols on %s of Fashion-MNIST',
  (name) => {
    const reference = golden[name]
    scope(() => {
      const sides = {
        train: banks[name](head(fashion('train'), 10_000)),
        test: banks[name](fashion('t10k')),
      }
      const sum = sides.train.features.sum(null, { dtype: 'float64' }).item()
      expect(Math.abs(sum / reference.sum - 1)).toBeLessThan(1e-5)

      const { grid } = knnGrid(sides)
      for (const { k, temperature, accuracy } of reference.knn) {
        const own = grid.find((point) => point.k === k && point.temperature === temperature)?.test as number
        expect(Math.abs(own - accuracy), `k-NN ${k} ${temperature}`).toBeLessThan(AGREE / 2)
      }

      const forms = prepare(sides)
      {
        const { known, asked, labels, energy } = forms.principal
        const truth = tensor(sides.test.labels).to('int64')
        const right = (fitted: { slopes: Tensor; offsets: Tensor }) =>
          accuracies(fitted, asked, truth)[0] as number[]
        const penalties = reference.logistic.map(({ penalty }) => penalty / 10_000)
        const weights = ops.full([penalties.length, 10_000], 1e-4)
        const problem = { features: known, labels, energy, weights, penalties: tensor(penalties) }
        const logistic = right(fit([problem], { classes: 10, ...FINE }))
        reference.logistic.forEach(({ penalty, accuracy }, i) => {
          expect(Math.abs((logistic[i] as number) - accuracy), `logistic ${penalty}`).toBeLessThan(AGREE)
        })
        const rates = reference.linear.map(({ rate }) => rate)
        const linear = right(sgd(known, labels, { classes: 10, rates, epochs: epochsFor(10_000), seed: 0 }))
        reference.linear.forEach(({ rate, accuracy }, i) => {
          expect(Math.abs((linear[i] as number) - accuracy), `linear ${rate}`).toBeLessThan(AGREE)
        })
      }
      forms.dispose()

      const { queries, map, recall } = reference.retrieval
      const found = sameClass({ ...sides, test: head(sides.test, queries) })
      expect(found.map.mean).toBeCloseTo(map, 6)
      expect(Object.fromEntries(found.recall.map(({ k, score }) => [k, score.mean]))).toEqual(recall)

      const runs = kmeans(
        normalised(sides.test.features),
        10,
        Array.from({ length: 15 }, (_, i) => i),
      )
      const best = runs.reduce((a, b) => (b.inertia < a.inertia ? b : a))
      const { inertia, nmi } = reference.clustering
      // the best of as many other starts; starts differ by some per cent
      expect(best.inertia / inertia).toBeLessThan(1.005)
      expect(best.inertia / inertia).toBeGreaterThan(0.99)
      expect(mutualInformation(contingency(best.clusters, sides.test.labels))).toBeCloseTo(nmi, 1)
    })
  },
)
