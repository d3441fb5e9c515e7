import { expect, test } from 'vitest'
import { announce, type BenchOptions, precisionGiven } from './options.js'

test('a bench takes by itself what a run with its encoder would', () => {
  const given = (precision: BenchOptions['precision']) =>
    ['a', 'b', 'c', 'd'].map((workload) => precisionGiven({ precision, workload }, 'bfloat16'))
  expect(given('auto')).toEqual(['float32', 'float32', 'bfloat16', 'float32'])
  expect(given('bf16')).toEqual(Array(4).fill('bfloat16'))
})

test('a bench says first what it measures', () => {
  const notes: string[] = []
  announce({ precision: 'f32' } as BenchOptions, '3 × 4 parts of 25 s each', {
    note: (text) => notes.push(text),
  })
  expect(notes).toEqual(['Measuring 3 × 4 parts of 25 s each, each after a short warm-up'])
})
