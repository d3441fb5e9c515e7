import { expect, test } from 'vitest'
import { clickQuestions, clicksInWords, preferred, signTest } from './index.js'

test('the sign test by hand: sums of binomial coefficients over all outcomes', () => {
  // (1 + 20 + 190 + 1,140 + 4,845 + 15,504) · 2 / 2^20
  expect(signTest(15, 20)).toBeCloseTo(43_400 / 1_048_576, 12)
  expect(signTest(5, 20)).toBe(signTest(15, 20))
  // 14 of 20: 38,760 more
  expect(signTest(14, 20)).toBeCloseTo((43_400 + 2 * 38_760) / 1_048_576, 12)
  expect(signTest(20, 20)).toBeCloseTo(2 / 1_048_576, 15)
  expect([signTest(10, 20), signTest(0, 0), signTest(1, 1), signTest(5, 5)]).toEqual([1, 1, 1, 1 / 16])
  expect(signTest(2, 3)).toBe(1)
})

test('fifteen of twenty tell, fourteen do not; the sentence has how often chance does the same', () => {
  expect([20, 15, 14, 6, 5, 0].map((chosen) => preferred({ chosen, of: 20 }))).toEqual([
    ...['learned', 'learned', undefined, undefined, 'rival', 'rival'],
  ])
  expect(preferred({ chosen: 5, of: 5 })).toBeUndefined()
  const said = (chosen: number, of: number) => clicksInWords({ chosen, of }, 'whitened pixels')
  expect(said(15, 20)).toBe(
    'The trained encoder’s neighbours were chosen 15 of 20 times, those of whitened pixels 5 times; by chance alone that or more comes 4 times in 100. To the eyes that judged, training was worth it.',
  )
  expect(said(9, 20)).toContain('comes 82 times in 100. So it may be chance, and neither')
  expect(said(1, 20)).toMatch(
    /chosen 1 of 20 times, .* less than once in 1,000\. .* whitened pixels is better/,
  )
  expect(said(17, 20)).toContain('comes 3 times in 1,000.')
  expect(said(0, 1)).toContain('chosen 0 of 1 time, those of whitened pixels 1 time;')
  expect(said(0, 0)).toBe('Nothing has been chosen yet.')
})

test('asked is what the encoders differ on, those first that have little in common, in an order and on sides by the seed', () => {
  const count = 200
  const near = (row: number, by: number) => [1, 2, 3].map((step) => (row + by * step) % count)
  const learned = Array.from({ length: count }, (_, row) => near(row, 1))
  // the first 100 agree in another order, 10 in two of three, the others in none
  const rival = learned.map((own, row) =>
    row < 100 ? own.toReversed() : row < 110 ? [...own.slice(1), (row + 50) % count] : near(row, 7),
  )
  const asked = clickQuestions(learned, rival, 3)
  expect(asked).toHaveLength(20)
  expect(new Set(asked.map(({ query }) => query)).size).toBe(20)
  for (const { query, ...sides } of asked) {
    expect(query).toBeGreaterThanOrEqual(110)
    expect([sides.learned, sides.rival]).toEqual([learned[query], rival[query]])
  }
  expect(clickQuestions(learned, rival, 3)).toEqual(asked)
  expect(clickQuestions(learned, rival, 4).map(({ query }) => query)).not.toEqual(
    asked.map(({ query }) => query),
  )
  // over many seeds each side comes as often: 600 throws have a deviation of 12
  const lefts = Array.from({ length: 30 }, (_, seed) => clickQuestions(learned, rival, seed)).flat()
  const own = lefts.filter(({ left }) => left === 'learned').length
  expect(Math.abs(own - 300)).toBeLessThan(50)
  // where few differ much, those that differ a little come behind them
  const few = clickQuestions(learned.slice(0, 112), rival.slice(0, 112), 3).map(({ query }) => query)
  expect(few).toHaveLength(12)
  expect(few.slice(0, 2).toSorted()).toEqual([110, 111])
})
