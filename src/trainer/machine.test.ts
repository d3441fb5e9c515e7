import { expect, test } from 'vitest'
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
