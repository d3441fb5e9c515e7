import { beforeEach, expect, test } from 'vitest'
import { manualSeed, ops, scope, type Tensor } from '../torch/index.js'
import { type Bank, judge, type PerContender, type Sides, type Table, withoutLabels } from './index.js'
import { head, leak } from './testing/banks.js'

beforeEach(() => manualSeed(0))

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

const noise = (n: number, d: number) => ops.randn([n, d])
const rows: Record<string, (n: number, d: number) => Tensor> = {
  'all nothing': (n, d) => ops.zeros([n, d]),
  'all alike': (n, d) => noise(1, d).expand([n, d]).contiguous(),
  'all nothing but one': (n, d) => ops.cat([ops.ones([1, d]), ops.zeros([n - 1, d])]),
  'one column that differs': (n, d) => ops.cat([noise(n, 1), ops.ones([n, d - 1])], 1),
  'every one twice': (n, d) => noise(n / 2, d).repeat([2, 1]),
  'opposite pairs': (n, d) => {
    const half = noise(n / 2, d)
    return ops.cat([half, half.neg()])
  },
  'far too large': (n, d) => noise(n, d).mul(1e20),
  'far too small': (n, d) => noise(n, d).mul(1e-30),
}

test.each(Object.keys(rows))(
  'features %s: every figure without labels is a number within its interval',
  (name) => {
    for (const [n, d] of [
      [2, 3],
      [12, 40],
      [40, 6],
    ] as const) {
      scope(() => {
        const make = rows[name] as (n: number, d: number) => Tensor
        const views = () => ({ plain: make(n, d), first: make(n, d), second: make(n, d) })
        const lines = withoutLabels({ learned: views(), pixels: views(), untrained: views() })
        expect(lines.length).toBeGreaterThanOrEqual(5)
        for (const { name: line, scores } of lines) {
          for (const { value, low, high } of Object.values(scores)) {
            expect(Number.isFinite(value + low + high), `${line} ${value} ${low} ${high}`).toBe(true)
            expect(low, line).toBeLessThanOrEqual(value)
            expect(high, line).toBeGreaterThanOrEqual(value)
          }
        }
      })
    }
  },
)

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
