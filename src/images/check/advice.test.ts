import { expect, test } from 'vitest'
import { adviceOn } from './advice.js'
import type { Check } from './check.js'

const check = (classes: Check['classes'] & object): Check => ({
  name: 'made',
  train: 20,
  test: 10,
  visited: 30,
  looked: 30,
  read: 30,
  notes: [],
  endings: {},
  channels: 3,
  maximum: 255,
  grey: 0,
  classes,
  unlabelled: 0,
  exact: { pictures: 0, groups: 0, testInTrain: 0, labelsDiffer: 0, examples: [] },
  flat: { count: 0, paths: [] },
  aside: { count: 0, limit: 1, groups: [] },
  seconds: 1,
  interrupted: false,
})

test('a class of one picture for training and one for testing has two', () => {
  const cat = { name: 'cat', train: 10, test: 5 }
  expect(adviceOn(check([cat, { name: 'dog', train: 1, test: 1 }]))).toEqual([])
  expect(adviceOn(check([cat, { name: 'dog', train: 1, test: 0 }]))).toEqual([
    '1 class has a single picture (dog): it can be for training or for testing, not for both.',
  ])
  expect(adviceOn(check([cat, { name: 'dog', train: 0, test: 1 }]))).toEqual([
    '1 class has no picture for training (dog).',
  ])
})
