import { expect, test } from 'vitest'
import { equalGroups, groupAt, groupCount, linkedGroups } from './duplicates.js'

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

test('pairs are joined to groups', () => {
  const pairs = { first: Uint32Array.from([1, 5, 2, 0]), second: Uint32Array.from([6, 7, 6, 3]) }
  expect(lists(linkedGroups(pairs, 9))).toEqual([
    [0, 3],
    [1, 2, 6],
    [5, 7],
  ])
})

test('a long chain is one group', () => {
  const length = 200_000
  const first = Uint32Array.from({ length: length - 1 }, (_, at) => at)
  const groups = linkedGroups({ first, second: first.map((at) => at + 1) }, length)
  expect(groupCount(groups)).toBe(1)
  expect(groupAt(groups, 0)).toHaveLength(length)
})
