import { expect, test } from 'vitest'
import { keep, memory, ops, scope, type Tensor, tensor } from '../torch/index.js'
import { type Amount, addScaled, complement, product, scale } from './amount.js'
import { adamw, lars, type Optimizer, type Parameters, sgd } from './optimizer.js'

const one = (value: number) => tensor([value], [], 'float64')

test('numbers, and tensors of one, give the same', () => {
  scope(() => {
    for (const make of [(x: number): Amount => x, one]) {
      const value = (amount: Amount) => (typeof amount === 'number' ? amount : amount.item())
      expect(value(complement(make(0.996)))).toBeCloseTo(0.004, 12)
      expect(value(product(make(0.5), make(0.25)))).toBe(0.125)
      expect(value(product(make(0.5), -1))).toBe(-0.5)
      expect(value(product(-1, make(0.5)))).toBe(-0.5)
      const [a, b] = [tensor([1, 2]), tensor([[3], [4]])]
      scale([a, b], make(0.5))
      expect([a.toArray(), b.toArray()]).toEqual([
        [0.5, 1],
        [1.5, 2],
      ])
      addScaled([a], [tensor([10, 20])], make(0.1))
      expect(a.toArray()).toEqual([1.5, 3])
      scale([], make(2))
      addScaled([], [], make(2))
    }
  })
})

test.each<[string, (parameters: Parameters) => Optimizer]>([
  ['sgd', (p) => sgd(p, { momentum: 0.9, nesterov: true })],
  ['lars', (p) => lars(p, { trust: 0.1 })],
  ['adam', (p) => adamw(p, { coupled: true })],
  ['adamw', (p) => adamw(p)],
])('%s takes the same steps at rates that lie in tensors', (_, make) => {
  const before = memory().tensors
  const ends = [(x: number): Amount => x, one].map((amount) => {
    const weights = new Map<string, Tensor>([
      ['w', keep(scope(() => ops.arange(6).to('float32').sub(2.5).reshape([2, 3])))],
      ['b', keep(tensor([1, -1]))],
      // what the loss never reaches
      ['free', keep(tensor([7]))],
    ])
    const optimizer = make(weights)
    for (const [learningRate, weightDecay] of [
      [0.5, 0.1],
      [0.25, 0.2],
      [0.125, 0.4],
    ] as const) {
      scope(() => {
        const slopes = [...weights.values()].slice(0, 2).map((weight) => weight.mul(0.3).add(0.1))
        optimizer.step([...slopes, null], amount(learningRate), amount(weightDecay))
      })
    }
    const end = [...weights.values(), ...optimizer.state.values()].map((tensor) => tensor.toArray())
    for (const tensor of [...weights.values(), ...optimizer.state.values()]) tensor.dispose()
    return end
  })
  expect(memory().tensors).toBe(before)
  const [numbers, tensors] = ends as [number[][], number[][]]
  expect(numbers[2]).toEqual([7])
  for (const [i, values] of numbers.entries())
    for (const [j, value] of values.entries()) expect(tensors[i]?.[j]).toBeCloseTo(value, 5)
})
