import { expect, test } from 'vitest'
import {
  type LabelFreeLine,
  type Line,
  type Measured,
  noBetterThanClosed,
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
/** The same with two more contenders that need no training. */
const beside = (table: Table, whitened: number, closed: number): Table =>
  table.map((line) => ({
    ...line,
    scores: { ...line.scores, whitened: score(whitened), closed: score(closed) },
  }))
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

test('the summary says whether training beats the best of what needs none, with the interval of the lead', () => {
  // 1.96 standard errors of a difference of two scores of error 0.5 points are 1.39 points
  expect(summary(few(0.736, 0.705, 0.676))).toBe(
    'The learned features beat the best of what needs no training, raw pixels, by 3.1 ± 1.4 points with 10 labels a class.',
  )
  expect(summary(few(0.718, 0.6, 0.705))).toBe(
    'The learned features are no better than the best of what needs no training, the untrained network (+1.3 ± 1.4 points), with 10 labels a class.',
  )
  expect(summary(few(0.5, 0.705, 0.501))).toBe(
    'The learned features are worse than the best of what needs no training, raw pixels, by 20.5 ± 1.4 points with 10 labels a class.',
  )
  expect(summary(beside(few(0.736, 0.705, 0.676), 0.71, 0.7))).toContain(', whitened pixels, by 2.6 ± 1.4')
  expect(summary(beside(few(0.736, 0.705, 0.676), 0.7, 0.72))).toContain(', the closed form, by 1.6 ± 1.4')
  // a supervised network is no baseline: it was trained, and on labels
  const [line] = few(0.736, 0.705, 0.676) as [Line]
  expect(summary([{ ...line, scores: { ...line.scores, supervised: score(0.9) } }])).toContain('raw pixels')
  expect(summary([{ ...line, scores: { learned: score(0.7) } }])).toBe(
    'The learned features were judged with 10 labels a class.',
  )
  expect(summary([])).toContain('Nothing was measured')
  expect(summary(few(0.736, 0.705, 0.676), [free('retrieval', 0.9, 0.4, 0.5)], 'same')).toBe(
    'All pictures that were judged are the same one, so nothing can be said of the learned features.',
  )
})

test('all labels and nearest neighbours are told in any case, beside the best there; all else only where it is lost', () => {
  const main = few(0.736, 0.705, 0.676)
  const told = (table: Table, lines: LabelFreeLine[] = []) =>
    summary([...main, ...table], lines)
      .split('; ')
      .slice(1)
  expect(told([line('knn', 'knn', 0.8, 0.85, 0.7)])).toEqual([
    'but in nearest-neighbour classification they are worse than raw pixels by 5.0 ± 1.4 points.',
  ])
  expect(told([line('linear', 'linear', 0.9, 0.8, 0.84), line('knn', 'knn', 0.8, 0.8, 0.7)])).toEqual([
    'in the linear probe with all labels they beat the untrained network by 6.0 ± 1.4 points',
    'but in nearest-neighbour classification they are no better than raw pixels (+0.0 ± 1.4 points).',
  ])
  // what speaks for them stands together, so that there is one turn
  expect(told([line('linear', 'linear', 0.7, 0.8, 0.8), line('knn', 'knn', 0.9, 0.8, 0.7)])).toEqual([
    'in nearest-neighbour classification they beat raw pixels by 10.0 ± 1.4 points',
    'but in the linear probe with all labels they are worse than raw pixels by 10.0 ± 1.4 points.',
  ])
  expect(told([line('logistic', 'logistic', 0.9, 0.8, 0.7)])).toHaveLength(1)
  expect(
    told([line('linear', 'linear', 0.9, 0.8, 0.7), line('logistic', 'logistic', 0.9, 0.8, 0.7)]),
  ).toHaveLength(1)
  expect(told([line('clustering', 'nmi', 0.5, 0.4, 0.6), line('retrieval', 'map', 0.5, 0.6, 0.4)])).toEqual([
    'but at finding the same class they are worse than raw pixels by 10.0 ± 1.4 points',
    'at clustering they are worse than the untrained network by 10.0 ± 1.4 points.',
  ])
  expect(told([line('clustering', 'nmi', 0.5, 0.5, 0.4)])).toEqual([])
  expect(told([], [free('retrieval', 0.9, 0.4, 0.5), free('neighbour_stability', 0.4, 0.48, 0.2)])).toEqual([
    'but at keeping the neighbours of an altered picture they are 8.0 ± 1.4 points worse than raw pixels.',
  ])
})

test('the closed form is as good where nothing told is better, or more is worse than better', () => {
  const table = [...few(0.7, 0.5, 0.5), line('knn', 'knn', 0.6, 0.5, 0.5)]
  expect(noBetterThanClosed(table)).toBeUndefined()
  expect(noBetterThanClosed(beside(table, 0.5, 0.55))).toBeUndefined()
  // better with few labels, and level elsewhere
  expect(noBetterThanClosed(beside(table, 0.5, 0.605))).toBeUndefined()
  expect(noBetterThanClosed(beside(table, 0.5, 0.705))).toBe(
    'no better than it (−0.5 ± 1.4 points) with 10 labels a class and worse than it by 10.5 ± 1.4 points in nearest-neighbour classification',
  )
  expect(noBetterThanClosed(beside(table, 0.5, 0.75))).toBe(
    'worse than it by 5.0 ± 1.4 points with 10 labels a class and worse than it by 15.0 ± 1.4 points in nearest-neighbour classification',
  )
  const three = [...table, line('linear', 'linear', 0.9, 0.8, 0.7)]
  expect(noBetterThanClosed(beside(three, 0.5, 0.65))).toBeUndefined()
  expect(noBetterThanClosed(beside(three, 0.5, 0.72))).toContain(' and ')
})

test('without labels, what is worse stands beside what is better', () => {
  const found = free('retrieval', 0.2, 0.133, 0.087)
  expect(summary([], [found, free('neighbour_stability', 0.416, 0.483, 0.224)])).toBe(
    'The learned features beat raw pixels by 6.7 ± 1.4 points and the untrained network by 11.3 ± 1.4 at finding the other view of a picture; at keeping the neighbours of an altered picture they are 6.7 ± 1.4 points worse than raw pixels and beat the untrained network by 19.2 ± 1.4 points.',
  )
  expect(summary([], [found, free('neighbour_stability', 0.48, 0.483, 0.224)])).toContain(
    'they are about equal to raw pixels (−0.3 ± 1.4 points)',
  )
  // of a handful of pictures nothing is called equal
  const wide = (value: number) => measured(value, 0.2)
  const few = { ...found, scores: { learned: wide(0.5), pixels: wide(0.5), untrained: wide(0.45) } }
  expect(summary([], [few])).toBe(
    'The learned features cannot be told from raw pixels (+0.0 ± 28.3 points) and cannot be told from the untrained network (+5.0 ± 28.3 points) at finding the other view of a picture.',
  )
})
