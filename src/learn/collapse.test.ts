import { afterAll, beforeAll, expect, test } from 'vitest'
import { manualSeed, memory, ops, scope, type Tensor, tensor } from '../torch/index.js'
import { collapseMetrics, diagnoseCollapse, type Measures } from './collapse.js'

let before: number
beforeAll(() => {
  before = memory().tensors
  manualSeed(1)
})
afterAll(() => expect(memory().tensors).toBe(before))

const measured = (make: () => [Tensor, Tensor]): Measures => scope(() => collapseMetrics(...make()))
const N = 128
const D = 32

test('independent directions are healthy: spread 1, cosine 0, nearly full rank', () => {
  const measures = measured(() => {
    const x = ops.randn([N, D])
    return [x, x.mul(3)]
  })
  expect(measures.stdRatio).toBeCloseTo(1, 1)
  expect(measures.positive).toBeCloseTo(1, 5)
  expect(Math.abs(measures.others)).toBeLessThan(0.02)
  expect(measures.effectiveRank).toBeGreaterThan(0.85 * D)
  expect(measures.effectiveRank).toBeLessThanOrEqual(measures.fullRank + 1e-6)
  expect(measures.fullRank).toBe(D)
  const verdict = diagnoseCollapse(measures, 1)
  expect(verdict.state).toBe('healthy')
  expect(verdict.remedy).toBeUndefined()
  expect(verdict.sentence).toMatch(/^Healthy: .*mean cosine of -?0\.0\d, \d\d\.\d of 32 directions/)
})

test('one vector for all pictures is collapsed', () => {
  const measures = measured(() => [ops.ones([N, D]), ops.ones([N, D])])
  expect(measures.stdRatio).toBeCloseTo(0, 5)
  expect(measures.others).toBeCloseTo(1, 5)
  expect(measures.effectiveRank).toBeCloseTo(1, 3)
  const verdict = diagnoseCollapse(measures, 0)
  expect(verdict.state).toBe('collapsed')
  expect(verdict.sentence).toMatch(/all pictures get nearly the same vector.*cosine of 1\.00, 1\.0 of 32/)
  expect(verdict.remedy).toMatch(/predictor/)
})

test('a single line through the origin is collapsed, though its cosines cancel', () => {
  const measures = measured(() => {
    const x = ops.randn([N, 1]).mul(ops.ones([1, D]))
    return [x, x]
  })
  expect(Math.abs(measures.others)).toBeLessThan(0.1)
  expect(measures.effectiveRank).toBeCloseTo(1, 3)
  expect(diagnoseCollapse(measures, 1).state).toBe('collapsed')
})

test('a cone is narrowing', () => {
  const measures = measured(() => {
    const x = ops.randn([N, D]).mul(0.25).add(1)
    return [x, x]
  })
  expect(measures.others).toBeGreaterThan(0.9)
  expect(measures.others).toBeLessThan(0.99)
  const verdict = diagnoseCollapse(measures, 1)
  expect(verdict.state).toBe('narrowing')
  expect(verdict.sentence).toMatch(/^Narrowing: .*crowd together/)
  expect(verdict.remedy).toMatch(/learning rate|tau/)
})

test('two orthogonal groups: figures by hand', () => {
  // rows (1,0) and (0,1), the second view swapped for the last pair
  const measures = measured(() => [
    tensor([
      [2, 0],
      [3, 0],
      [0, 1],
      [0, 5],
    ]),
    tensor([
      [1, 0],
      [1, 0],
      [0, 1],
      [1, 0],
    ]),
  ])
  expect(measures.positive).toBeCloseTo(3 / 4, 6)
  // of 12 cosines of different pictures 2 + 2 + 1 are one
  expect(measures.others).toBeCloseTo(5 / 12, 6)
  // each channel is half ones: deviation 1/2, times sqrt(2)
  expect(measures.stdRatio).toBeCloseTo(Math.SQRT1_2, 6)
  // two equal singular values
  expect(measures.effectiveRank).toBeCloseTo(2, 6)
})

test('what is no number is a verdict, not an exception', () => {
  const measures = measured(() => {
    const x = ops.randn([8, 4])
    x.select(0, 3).fill_(Number.NaN)
    return [x, x]
  })
  expect(measures.stdRatio).toBeNaN()
  for (const verdict of [
    diagnoseCollapse(measures, 1),
    diagnoseCollapse(
      measured(() => [ops.randn([8, 4]), ops.randn([8, 4])]),
      Number.NaN,
    ),
  ]) {
    expect(verdict.state).toBe('collapsed')
    expect(verdict.sentence).toBe('Collapsed: the loss is not a number any more.')
    expect(verdict.remedy).toMatch(/learning rate/)
  }
  // zeros have no direction at all
  expect(
    diagnoseCollapse(
      measured(() => [ops.zeros([8, 4]), ops.zeros([8, 4])]),
      2,
    ).state,
  ).toBe('collapsed')
})

test('pictures that are all the same one are at fault themselves, however their views spread', () => {
  const spread = measured(() => [ops.randn([N, D]), ops.randn([N, D])])
  const one = measured(() => [ops.ones([N, D]), ops.ones([N, D])])
  for (const [measures, loss] of [
    [spread, 1],
    [one, 0],
    [spread, Number.NaN],
  ] as const) {
    const verdict = diagnoseCollapse(measures, loss, { alike: true })
    expect(verdict).toEqual({
      state: 'collapsed',
      sentence:
        'Nothing to learn: all pictures are the same one, and vectors differ only by how its views were altered.',
      remedy: expect.stringMatching(
        /^The pictures are at fault, not the training: give it pictures that differ/,
      ),
    })
  }
  expect(diagnoseCollapse(spread, 1, { alike: false }).state).toBe('healthy')
})

const HEALTHY: Measures = { stdRatio: 0.9, positive: 0.8, others: 0.1, effectiveRank: 20, fullRank: 32 }
test.each<[Partial<Measures>, string]>([
  [{}, 'healthy'],
  [{ stdRatio: 0.31 }, 'healthy'],
  [{ stdRatio: 0.29 }, 'narrowing'],
  [{ stdRatio: 0.04 }, 'collapsed'],
  [{ others: 0.89 }, 'healthy'],
  [{ others: 0.91 }, 'narrowing'],
  [{ others: 0.995 }, 'collapsed'],
  [{ effectiveRank: 4.1 }, 'healthy'],
  [{ effectiveRank: 3.9 }, 'narrowing'],
  [{ effectiveRank: 1.4 }, 'collapsed'],
  // few pictures cannot span many directions
  [{ effectiveRank: 2.1, fullRank: 4 }, 'healthy'],
])('%j is judged %s', (change, state) => {
  expect(diagnoseCollapse({ ...HEALTHY, ...change }, 1).state).toBe(state)
})
