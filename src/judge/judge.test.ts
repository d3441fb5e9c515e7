import { expect, test } from 'vitest'
import { BANK_PROTOCOLS, judge, type Kept, type Part, type Score, summary, type Table } from './index.js'
import { blobs, leak } from './testing/banks.js'

const banks = (noise: number) => ({
  train: blobs({ classes: 4, dims: 8, count: 60, noise, seed: 1 }),
  test: blobs({ classes: 4, dims: 8, count: 60, noise, seed: 2 }),
})

test('the table orders representations by how much noise they carry', () => {
  const all = { learned: banks(0.3), pixels: banks(0.9), untrained: banks(3) }
  const seen: number[] = []
  let table: Table = []
  expect(
    leak(() => (table = judge(all, BANK_PROTOCOLS, { progress: (done, total) => seen.push(done / total) }))),
  ).toBe(0)
  expect(new Set(table.map(({ protocol }) => protocol))).toEqual(new Set(BANK_PROTOCOLS))
  expect(new Set(table.map(({ name }) => name)).size).toBe(table.length)
  for (const { name, scores } of table) {
    expect(Object.keys(scores)).toEqual(['learned', 'pixels', 'untrained'])
    const [learned, pixels, untrained] = Object.values(scores) as [Score, Score, Score]
    expect(learned.mean).toBeGreaterThanOrEqual(pixels.mean)
    // that one of ten is right can be had by luck
    if (name !== 'recall_at_10') expect(pixels.mean).toBeGreaterThan(untrained.mean)
    for (const { mean, low, high } of [learned, pixels, untrained]) {
      expect(low).toBeLessThanOrEqual(mean)
      expect(high).toBeGreaterThanOrEqual(mean)
    }
  }
  expect(seen).toEqual(seen.toSorted((a, b) => a - b))
  expect(seen.at(-1)).toBe(1)
  expect(judge(all, ['few']).map(({ name }) => name)).toEqual([
    'few_1',
    'few_5',
    'few_10',
    'few_1_percent',
    'few_10_percent',
  ])
  expect(summary(table)).toMatch(
    /^The learned features beat the best of what needs no training, raw pixels, by \d+\.\d ± \d+\.\d points with 10 labels a class; in the linear probe with all labels they beat raw pixels by /,
  )
  expect(() => judge({ ...all, pixels: { ...all.pixels, test: all.pixels.train } }, ['knn'])).not.toThrow()
  const shifted = { ...all.pixels.test, labels: all.pixels.test.labels.map((label) => 3 - label) }
  expect(() => judge({ ...all, pixels: { ...all.pixels, test: shifted } }, ['knn'])).toThrow(
    "other labels for 'pixels'",
  )
})

test('a judgement that was stopped asks only what was not kept, and comes to the same table', () => {
  const all = { learned: banks(0.3), pixels: banks(0.9) }
  const answers = new Map<string, Part[]>()
  const asked: string[] = []
  const kept: Kept = {
    read: (contender, protocol) => answers.get(`${contender} ${protocol}`),
    write: (contender, protocol, parts) => {
      asked.push(`${contender} ${protocol}`)
      answers.set(`${contender} ${protocol}`, parts)
    },
  }
  judge({ learned: all.learned }, ['few', 'knn'], { kept })
  expect(asked).toEqual(['learned few', 'learned knn'])
  asked.length = 0
  const found = judge(all, ['few', 'knn', 'retrieval'], { kept })
  expect(asked).toEqual(['learned retrieval', 'pixels few', 'pixels knn', 'pixels retrieval'])
  expect(found).toEqual(judge(all, ['few', 'knn', 'retrieval']))
  // what is kept is what is shown
  const [first] = answers.get('learned knn') as [Part]
  answers.set('learned knn', [{ ...first, score: { ...first.score, mean: 0.123 } }])
  expect(judge({ learned: all.learned }, ['knn'], { kept })[0]?.scores.learned.mean).toBe(0.123)
})

test('a protocol that fails is named, and the table is that of all others', () => {
  const all = { learned: banks(0.3), pixels: banks(0.9) }
  const answers: string[] = []
  const kept: Kept = {
    read: () => undefined,
    write: (contender, protocol) => {
      if (contender === 'learned' && protocol === 'knn') throw new Error('LAPACK is at a loss')
      answers.push(`${contender} ${protocol}`)
    },
  }
  const told: unknown[] = []
  let table: Table = []
  expect(
    leak(() => {
      table = judge(all, ['few', 'knn', 'clustering'], {
        kept,
        failed: (protocol, error, contender) => told.push(protocol, (error as Error).message, contender),
      })
    }),
  ).toBe(0)
  expect(told).toEqual(['knn', 'LAPACK is at a loss', 'learned'])
  // what comes after the failure is kept, and the failing protocol is not asked of others
  expect(answers).toEqual(['learned few', 'learned clustering', 'pixels few', 'pixels clustering'])
  expect(table).toEqual(judge(all, ['few', 'clustering']))
  expect(() => judge(all, ['few', 'knn'], { kept })).toThrow('LAPACK is at a loss')
})

test('a contender whose features cannot be used fails every protocol, and leaves nothing behind', () => {
  const learned = banks(0.3)
  const bad = { ...learned, test: { ...learned.test, features: learned.test.features.mul(Number.NaN) } }
  const told: string[] = []
  const run = () =>
    judge({ learned, supervised: bad }, ['few', 'knn'], {
      failed: (protocol, error, contender) =>
        told.push(`${protocol} ${contender} ${(error as Error).message}`),
    })
  leak(() => expect(run()).toEqual([]))
  expect(told).toEqual([
    expect.stringMatching(/^few supervised expected finite test features, got NaN/),
    expect.stringMatching(/^knn supervised expected finite test features, got NaN/),
  ])
})
