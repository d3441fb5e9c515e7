import { expect, test } from 'vitest'
import {
  type LabelFreeLine,
  type Line,
  type Measured,
  type PerContender,
  type Protocol,
  type Score,
  summary,
  type Table,
} from './index.js'

const score = (mean: number, error = 0.005): Score => ({
  mean,
  spread: error,
  values: [mean],
  error,
  low: mean - 2 * error,
  high: mean + 2 * error,
})
const row = (learned: number, pixels: number, untrained: number): PerContender<Score> => ({
  learned: score(learned),
  pixels: score(pixels),
  untrained: score(untrained),
})
const line = (protocol: Protocol, name: string, ...means: [number, number, number]): Line => ({
  protocol,
  name,
  label: '10 labels a class',
  explanation: '',
  scores: row(...means),
})
const few = (...means: [number, number, number]): Table => [line('few', 'few_10', ...means)]

const measured = (value: number, half = 0.01) => ({ value, low: value - half, high: value + half })
const free = (name: string, ...values: [number, number, number]): LabelFreeLine => {
  const [learned, pixels, untrained] = values.map((value) => measured(value)) as [
    Measured,
    Measured,
    Measured,
  ]
  return {
    name,
    label: '',
    explanation: '',
    better: 'high',
    share: true,
    scores: { learned, pixels, untrained },
  }
}

test('the summary says what the numbers say, with the interval of each lead', () => {
  // 1.96 standard errors of a difference of two scores of error 0.5 points are 1.39 points
  expect(summary(few(0.736, 0.705, 0.676))).toBe(
    'The learned features beat raw pixels by 3.1 ± 1.4 points and the untrained network by 6.0 ± 1.4 with 10 labels a class.',
  )
  expect(summary(few(0.718, 0.705, 0.6))).toBe(
    'The learned features are about equal to raw pixels (+1.3 ± 1.4 points) and beat the untrained network by 11.8 ± 1.4 points with 10 labels a class.',
  )
  expect(summary(few(0.5, 0.705, 0.501))).toBe(
    'The learned features are 20.5 ± 1.4 points worse than raw pixels and are about equal to the untrained network (−0.1 ± 1.4 points) with 10 labels a class.',
  )
  expect(summary([])).toContain('Nothing was measured')
  expect(summary(few(0.736, 0.705, 0.676), [free('retrieval', 0.9, 0.4, 0.5)], true)).toBe(
    'All pictures that were judged are the same one, so nothing can be said of the learned features.',
  )
})

test('with labels, whatever else they lose at is told: to either rival, and without labels too', () => {
  const main = few(0.736, 0.705, 0.676)
  const told = (table: Table, lines: LabelFreeLine[] = []) =>
    summary([...main, ...table], lines)
      .split('; ')
      .slice(1)
  expect(told([line('knn', 'knn', 0.8, 0.85, 0.7)])).toEqual([
    'but in nearest-neighbour classification they are 5.0 ± 1.4 points worse than raw pixels.',
  ])
  expect(told([line('clustering', 'nmi', 0.5, 0.4, 0.6), line('retrieval', 'map', 0.5, 0.6, 0.4)])).toEqual([
    'but at finding the same class they are 10.0 ± 1.4 points worse than raw pixels',
    'but at clustering they are 10.0 ± 1.4 points worse than the untrained network.',
  ])
  expect(told([], [free('retrieval', 0.9, 0.4, 0.5), free('neighbour_stability', 0.4, 0.48, 0.2)])).toEqual([
    'but at keeping the neighbours of an altered picture they are 8.0 ± 1.4 points worse than raw pixels.',
  ])
  expect(told([line('knn', 'knn', 0.8, 0.8, 0.7)])).toEqual([])
})

test('without labels, what is worse stands beside what is better', () => {
  const found = free('retrieval', 0.2, 0.133, 0.087)
  expect(summary([], [found, free('neighbour_stability', 0.416, 0.483, 0.224)])).toBe(
    'The learned features beat raw pixels by 6.7 ± 1.4 points and the untrained network by 11.3 ± 1.4 at finding the other view of a picture; at keeping the neighbours of an altered picture they are 6.7 ± 1.4 points worse than raw pixels and beat the untrained network by 19.2 ± 1.4 points.',
  )
  expect(summary([], [found, free('neighbour_stability', 0.48, 0.483, 0.224)])).toContain(
    'they are about equal to raw pixels (−0.3 ± 1.4 points)',
  )
})
