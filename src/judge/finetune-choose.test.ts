import { expect, test } from 'vitest'
import { epochsOf, pointsOf, sweep, type TuningPoint } from './finetune-choose.js'

const grid = { learningRates: [0.01, 0.1], weightDecays: [0, 1e-3], epochs: [30, 50] }
const points = pointsOf(grid)

test('a grid is all combinations', () => {
  expect(points).toHaveLength(8)
  expect(new Set(points.map((point) => JSON.stringify(point))).size).toBe(8)
})

/** Best at 0.1, decay 0, 50 epochs; twice as clear in full length. */
const quality = ({ learningRate, weightDecay, epochs }: TuningPoint) =>
  5 * learningRate - 100 * weightDecay + epochs / 1000

test('the full sweep and a halved one choose the best, and the halved one takes the time foretold', async () => {
  for (const rounds of [
    [{ length: 1, keep: 1 }],
    [
      { length: 0.1, keep: 3 },
      { length: 0.5, keep: 1 },
    ],
  ]) {
    let epochs = 0
    const { chosen, trials } = await sweep(points, rounds, async (point, length) => {
      epochs += point.epochs * length
      return { heldOut: length * quality(point), loss: 1 }
    })
    expect(chosen).toEqual({ learningRate: 0.1, weightDecay: 0, epochs: 50 })
    expect(trials).toHaveLength(rounds.length === 1 ? 8 : 11)
    expect(epochs / epochsOf(points, rounds)).toBeCloseTo(1, 0)
  }
})

test('equals are told apart by the loss, and what diverged comes last', async () => {
  const losses = [3, Number.POSITIVE_INFINITY, 1, 2]
  const some = points.slice(0, 4)
  const { chosen } = await sweep(some, [{ length: 1, keep: 1 }], async (point) => ({
    heldOut: 0.5,
    loss: losses[some.indexOf(point)] as number,
  }))
  expect(chosen).toBe(some[2])
  // a network of NaN names the first class, which nearly all may be of
  const lucky = await sweep(some, [{ length: 1, keep: 1 }], async (point) => ({
    heldOut: point === some[1] ? 0.9 : 0.8,
    loss: losses[some.indexOf(point)] as number,
  }))
  expect(lucky.chosen).toBe(some[2])
})

test.each([
  { held: [0.6, 0.7, 0.8, 0.75, 0.9], tried: [3, 2, 4], chosen: 3 },
  { held: [0.9, 0.85, 0.8, 0.95, 0.9], tried: [3, 2, 1], chosen: 1 },
  { held: [0.6, 0.7, 0.8, 0.85, 0.82], tried: [3, 2, 4, 5], chosen: 4 },
  { held: [0.6, 0.7, 0.8, 0.85, 0.9], tried: [3, 2, 4, 5], chosen: 5 },
])('a climb ends where it falls: $held', async ({ held, ...expected }) => {
  const tried: number[] = []
  const rates = pointsOf({ learningRates: [1, 2, 3, 4, 5], weightDecays: [0], epochs: [1] })
  const { chosen, trials } = await sweep(
    rates,
    [{ length: 1, keep: 1, climb: true }],
    async ({ learningRate }) => {
      tried.push(learningRate)
      return { heldOut: held[learningRate - 1] as number, loss: 1 }
    },
  )
  expect(trials).toHaveLength(tried.length)
  expect({ tried, chosen: chosen.learningRate }).toEqual(expected)
})

test('a single point needs no trial', async () => {
  const [only] = points as [TuningPoint]
  const { chosen, trials } = await sweep([only], [{ length: 1, keep: 1 }], async () => {
    throw new Error('nothing is to be tried')
  })
  expect(chosen).toBe(only)
  expect(trials).toEqual([])
})
