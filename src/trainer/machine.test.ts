import { expect, test } from 'vitest'
import { announce, type BenchOptions, precisionGiven } from '../cli/benching/sides.js'
import { bestPrecision, precisionFor, slowPrecision } from './machine.js'

test('bfloat16 is warned of where the processor lacks it, and nowhere else', () => {
  const warning = [
    'This processor has no bfloat16 of its own, so it is imitated and many times slower than float32: leave `precision` out',
  ]
  expect(slowPrecision('bfloat16', 'float32')).toEqual(warning)
  expect(slowPrecision('bfloat16', 'bfloat16')).toEqual([])
  expect(slowPrecision('float32', 'float32')).toEqual([])
  // this machine's own
  expect(slowPrecision('bfloat16')).toEqual(bestPrecision() === 'float32' ? warning : [])
})

test('on a processor with bfloat16 transformers learn in it, convolutions in float32', () => {
  const names = ['small', 'resnet50', 'vit-mini', 'vit-s', 'own']
  expect(names.map((name) => precisionFor({ name }, 'bfloat16'))).toEqual([
    'float32',
    'float32',
    'bfloat16',
    'bfloat16',
    'float32',
  ])
  expect(names.map((name) => precisionFor({ name }, 'float32'))).toEqual(names.map(() => 'float32'))
})

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
