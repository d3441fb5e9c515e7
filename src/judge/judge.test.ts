import { expect, test } from 'vitest'
import { judge, PROTOCOLS, type Row, type Score, summary, type Table } from './index.js'
import { blobs, leak } from './testing.js'

const banks = (noise: number) => ({
  train: blobs({ classes: 4, dims: 8, count: 60, noise, seed: 1 }),
  test: blobs({ classes: 4, dims: 8, count: 60, noise, seed: 2 }),
})

test('the table orders representations by how much noise they carry', () => {
  const all = { learned: banks(0.3), pixels: banks(0.9), untrained: banks(3) }
  const seen: number[] = []
  let table: Table = {}
  expect(
    leak(() => (table = judge(all, PROTOCOLS, { progress: (done, total) => seen.push(done / total) }))),
  ).toBe(0)
  for (const protocol of PROTOCOLS) {
    const row = table[protocol] as Row
    expect(row.learned.mean).toBeGreaterThan(row.pixels.mean)
    expect(row.pixels.mean).toBeGreaterThan(row.untrained.mean)
  }
  expect(seen).toEqual(seen.toSorted((a, b) => a - b))
  expect(seen.at(-1)).toBe(1)
  expect(Object.keys(judge(all, ['few']))).toEqual(['few'])
  expect(summary(table)).toMatch(
    /^The learned features beat raw pixels by \d+\.\d points and the untrained network by \d+\.\d with 10 labels a class\.$/,
  )
  expect(() => judge({ ...all, pixels: { ...all.pixels, test: all.pixels.train } }, ['knn'])).not.toThrow()
  const shifted = { ...all.pixels.test, labels: all.pixels.test.labels.map((label) => 3 - label) }
  expect(() => judge({ ...all, pixels: { ...all.pixels, test: shifted } }, ['knn'])).toThrow(
    "other labels for 'pixels'",
  )
})

const score = (mean: number, error = 0.005): Score => ({ mean, spread: error, values: [mean], error })
const row = (learned: number, pixels: number, untrained: number): Row => ({
  learned: score(learned),
  pixels: score(pixels),
  untrained: score(untrained),
})
const few = (...means: [number, number, number]): Table => {
  const { learned, pixels, untrained } = row(...means)
  const perClass = 10
  return {
    few: {
      learned: { ...learned, perClass },
      pixels: { ...pixels, perClass },
      untrained: { ...untrained, perClass },
    },
  }
}

test('the summary says what the numbers say, and no more', () => {
  expect(summary(few(0.736, 0.705, 0.676))).toBe(
    'The learned features beat raw pixels by 3.1 points and the untrained network by 6.0 with 10 labels a class.',
  )
  // two standard errors of a difference of two scores of error 0.5 points are 1.41 points
  expect(summary(few(0.718, 0.705, 0.6))).toBe(
    'The learned features show no clear difference from raw pixels (+1.3 points, within two standard errors) and beat the untrained network by 11.8 points with 10 labels a class: train longer or on more pictures.',
  )
  expect(summary(few(0.5, 0.705, 0.5))).toBe(
    'The learned features are 20.5 points worse than raw pixels and show no clear difference from the untrained network (+0.0 points, within two standard errors) with 10 labels a class: train longer or on more pictures.',
  )
  expect(summary(few(0.8, 0.7, 0.8))).toContain('the training itself has added nothing that shows')
  expect(summary({ ...few(0.736, 0.705, 0.676), knn: row(0.8, 0.85, 0.7) })).toBe(
    'The learned features beat raw pixels by 3.1 points and the untrained network by 6.0 with 10 labels a class; but in nearest-neighbour classification they are 5.0 points worse than raw pixels.',
  )
  expect(summary({}, { retrieval: row(0.9, 0.4, 0.5) })).toBe(
    'The learned features beat raw pixels by 50.0 points and the untrained network by 40.0 at finding the other view of a picture.',
  )
  expect(summary({})).toContain('Nothing was measured')
})
