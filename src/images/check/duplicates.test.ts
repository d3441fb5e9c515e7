import { expect, test } from 'vitest'
import { equalGroups, groupAt, groupCount } from './duplicates.js'

const lists = (groups: Parameters<typeof groupAt>[0]) =>
  Array.from({ length: groupCount(groups) }, (_, group) => [...groupAt(groups, group)])

test('pictures are grouped by both words of their hash, in order of the first of each group', () => {
  const words = Uint32Array.from([9, 1, 4, 4, 9, 2, 4, 4, 9, 1, 7, 7, 4_294_967_295, 0, 4, 4])
  expect(lists(equalGroups(words, Uint32Array.from([0, 1, 2, 3, 4, 5, 6, 7])))).toEqual([
    [0, 4],
    [1, 3, 7],
  ])
  // a picture that is not asked for is in no group
  expect(lists(equalGroups(words, Uint32Array.from([0, 1, 2, 5, 7])))).toEqual([[1, 7]])
  expect(lists(equalGroups(words, new Uint32Array(0)))).toEqual([])
})
