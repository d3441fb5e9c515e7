import { expect, test } from 'vitest'
import {
  type LabelFreeLine,
  type Line,
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

const measured = (value: number) => ({ value, low: value - 0.01, high: value + 0.01 })
const retrieval = (learned: number, pixels: number, untrained: number): LabelFreeLine => ({
  name: 'retrieval',
  label: '',
  explanation: '',
  better: 'high',
  share: true,
  scores: { learned: measured(learned), pixels: measured(pixels), untrained: measured(untrained) },
})

test('the summary says what the numbers say, and no more', () => {
  expect(summary(few(0.736, 0.705, 0.676))).toBe(
    'The learned features beat raw pixels by 3.1 points and the untrained network by 6.0 with 10 labels a class.',
  )
  // 1.96 standard errors of a difference of two scores of error 0.5 points are 1.39 points
  expect(summary(few(0.718, 0.705, 0.6))).toBe(
    'The learned features show no clear difference from raw pixels (+1.3 points, which may be chance) and beat the untrained network by 11.8 points with 10 labels a class.',
  )
  expect(summary(few(0.5, 0.705, 0.5))).toBe(
    'The learned features are 20.5 points worse than raw pixels and show no clear difference from the untrained network (+0.0 points, which may be chance) with 10 labels a class.',
  )
  expect(summary([...few(0.736, 0.705, 0.676), line('knn', 'knn', 0.8, 0.85, 0.7)])).toBe(
    'The learned features beat raw pixels by 3.1 points and the untrained network by 6.0 with 10 labels a class; but in nearest-neighbour classification they are 5.0 points worse than raw pixels.',
  )
  expect(summary([], [retrieval(0.9, 0.4, 0.5)])).toBe(
    'The learned features beat raw pixels by 50.0 points and the untrained network by 40.0 at finding the other view of a picture.',
  )
  expect(summary([])).toContain('Nothing was measured')
  expect(summary(few(0.736, 0.705, 0.676), [retrieval(0.9, 0.4, 0.5)], true)).toBe(
    'All pictures that were judged are the same one, so nothing can be said of the learned features.',
  )
})
