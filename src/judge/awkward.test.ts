import { expect, test } from 'vitest'
import { ops, scope } from '../torch/index.js'
import { type Bank, judge, type PerContender, type Sides, type Table } from './index.js'
import { head, leak } from './testing.js'

/** Features float32 `[N, D]` that say something of the label. */
function bank(labels: number[], dims: number, classes: number): Bank {
  const own = ops.eye(Math.max(classes, dims)).narrow(0, 0, classes).narrow(1, 0, dims)
  const picked = labels.map((label) => own.select(0, label))
  return {
    features: ops.stack(picked).add(ops.randn([labels.length, dims]).mul(0.3)),
    labels: Int32Array.from(labels),
    classes,
  }
}

const cases: Record<string, () => Sides> = {
  'one class': () => ({ train: bank(Array(30).fill(0), 4, 1), test: bank(Array(8).fill(0), 4, 1) }),
  'classes with one picture': () => ({
    train: bank([...Array(20).fill(0), 1, 2], 4, 3),
    test: bank([0, 0, 1, 2], 4, 3),
  }),
  'twelve pictures in all': () => ({
    train: bank([0, 1, 0, 1, 0, 1, 0, 1, 0], 40, 2),
    test: bank([0, 1, 0], 40, 2),
  }),
  'two pictures in all': () => ({ train: bank([0], 3, 2), test: bank([1], 3, 2) }),
  'a class that only test pictures have': () => ({
    train: bank([0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1], 5, 3),
    test: bank([0, 1, 2], 5, 3),
  }),
  'fewer pictures than features': () => ({
    train: bank(
      Array.from({ length: 24 }, (_, i) => i % 3),
      200,
      3,
    ),
    test: bank(
      Array.from({ length: 12 }, (_, i) => i % 3),
      200,
      3,
    ),
  }),
  'features all alike': () => {
    const { train, test } = (cases['classes with one picture'] as () => Sides)()
    const flat = ({ features, ...rest }: Bank) => ({ ...rest, features: ops.full_like(features, 0.25) })
    return { train: flat(train), test: flat(test) }
  },
  'features all nothing': () => {
    const { train, test } = (cases['classes with one picture'] as () => Sides)()
    const none = ({ features, ...rest }: Bank) => ({ ...rest, features: ops.zeros_like(features) })
    return { train: none(train), test: none(test) }
  },
  'more classes than pictures': () => ({
    train: bank(
      Array.from({ length: 15 }, (_, i) => i),
      20,
      15,
    ),
    test: bank(
      Array.from({ length: 5 }, (_, i) => 3 * i),
      20,
      15,
    ),
  }),
}

test.each(Object.keys(cases))('%s: every line has a score within its interval', (name) => {
  scope(() => {
    const sides = (cases[name] as () => Sides)()
    let table: Table = []
    expect(leak(() => (table = judge({ learned: sides, pixels: sides })))).toBe(0)
    expect(table.map((line) => line.name)).toEqual(
      expect.arrayContaining(['few_10', 'linear', 'logistic', 'knn', 'knn_20', 'map', 'nmi', 'ari']),
    )
    for (const { name: line, scores } of table) {
      for (const { mean, low, high, error, spread } of Object.values(scores)) {
        expect(Number.isFinite(mean + error + spread), line).toBe(true)
        // worse than chance is below 0 for the adjusted Rand index alone
        if (line !== 'ari') expect(mean, line).toBeGreaterThanOrEqual(0)
        expect(mean, line).toBeLessThanOrEqual(1)
        expect(low, line).toBeLessThanOrEqual(mean)
        expect(high, line).toBeGreaterThanOrEqual(mean)
      }
    }
  })
})

test('a bank with NaN, and banks of other sizes, are refused in one sentence that leaves nothing behind', () => {
  scope(() => {
    const good = (cases['fewer pictures than features'] as () => Sides)()
    const bad = { ...good, test: { ...good.test, features: good.test.features.mul(Number.NaN) } }
    const refused = (banks: PerContender<Sides>, words: string) =>
      expect(leak(() => expect(() => judge(banks)).toThrow(words))).toBe(0)
    refused({ learned: bad }, 'expected finite test features, got NaN')
    refused({ learned: good, supervised: bad }, 'expected finite test features, got NaN')
    const short = { ...good, train: head(good.train, 20) }
    leak(() => undefined)
    expect(() => judge({ learned: good, pixels: short })).toThrow("got other labels for 'pixels'")
  })
})
