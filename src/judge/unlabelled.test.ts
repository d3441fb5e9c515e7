import { expect, test } from 'vitest'
import { partsOf } from '../evaluate/sides.js'
import { madeSource } from '../images/testing/made.js'
import { judgedUnlabelled } from './unlabelled.js'

const labelled = (labels: readonly number[] | undefined) => ({
  ...madeSource(6),
  ...(labels && { labels: Int32Array.from(labels) }),
})

test.each([
  [undefined, undefined, 'No labels were found, so this is judged without'],
  [[-1, -1, -1, -1, -1, -1], undefined, 'No labels were found, so this is judged without'],
  [
    [2, 2, -1, 2, 2, 2],
    undefined,
    'All labelled pictures are of one class, so this is judged without labels',
  ],
  [
    [1, 1, 1, -1, 1, 1],
    [-1, 1, 1, 1, 1, 1],
    'All labelled pictures are of one class, so this is judged without labels',
  ],
  [[0, 1, 2, 3, 4, 5], undefined, 'No class has two pictures, so this is judged without labels'],
  [[0, 1, 2, 3, -1, -1], undefined, 'No class has two pictures, so this is judged without labels'],
  [undefined, [0, 1, 2, 3, 4, 5], 'No class has two pictures, so this is judged without labels'],
  [[0, 1, 2, 3, 4, 5], [0, 1, 2, 3, 4, 5], undefined],
  [[0, 0, 0, 0, 0, 0], [1, 1, 1, 1, 1, 1], undefined],
  [[0, 1, 1, -1, -1, -1], undefined, undefined],
  [undefined, [0, 0, 1, 1, 2, 2], undefined],
])('%j for training, %j for testing: %s', (train, test, expected) => {
  const data = { train: labelled(train), ...(test && { test: labelled(test) }) }
  expect(judgedUnlabelled(data)).toBe(expected)
  // judging splits the pictures before it knows
  expect(partsOf(data, 0).labelled).toBe(expected === undefined)
})
