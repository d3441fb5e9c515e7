import { expect, test } from 'vitest'
import { stars } from './stars.js'

const edge = (first: number, second: number, score = 0.9) => ({ first, second, score })
const ascending = (a: number, b: number) => a - b

test('a chain is no group: who is not near the first goes with another one', async () => {
  const found = await stars([edge(0, 1), edge(1, 2), edge(2, 3)], ascending, async () => undefined)
  expect(found).toEqual([
    { representative: 0, members: [{ row: 1, score: 0.9 }] },
    { representative: 2, members: [{ row: 3, score: 0.9 }] },
  ])
})

test('pairs that were never compared are compared before they are parted', async () => {
  const asked: [number, number][] = []
  const found = await stars([edge(5, 1), edge(1, 2)], ascending, async (a, b) => {
    asked.push([a, b])
    return 0.8
  })
  expect(asked).toEqual([])
  expect(found).toEqual([
    {
      representative: 1,
      members: [
        { row: 2, score: 0.9 },
        { row: 5, score: 0.9 },
      ],
    },
  ])
  const other = await stars([edge(0, 1), edge(1, 2)], ascending, async () => 0.7)
  expect(other[0]?.members).toEqual([
    { row: 1, score: 0.9 },
    { row: 2, score: 0.7 },
  ])
})

test('the preferred one stands for its group', async () => {
  const found = await stars(
    [edge(0, 1), edge(1, 2), edge(0, 2)],
    (a, b) => b - a,
    async () => undefined,
  )
  expect(found[0]?.representative).toBe(2)
})
