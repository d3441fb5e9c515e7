import { afterAll, beforeAll, expect, test } from 'vitest'
import { SelfsameError } from '../errors.js'
import { grad, manualSeed, memory, ops, scope, type Tensor, tensor } from '../torch/index.js'
import {
  adamw,
  BatchNorm,
  buffers,
  disposeModule,
  Linear,
  lars,
  loadState,
  Mlp,
  type Optimizer,
  parameterCount,
  parameters,
  sgd,
  stateDict,
  TRAIN,
} from './index.js'

let mlp: Mlp
let before: number
beforeAll(() => {
  before = memory().tensors
  mlp = new Mlp({ inputs: 3, hidden: 4, outputs: 2 })
})
afterAll(() => {
  disposeModule(mlp)
  expect(memory().tensors).toBe(before)
})

test('names by walking, parameters apart from buffers', () => {
  expect([...parameters(mlp, 'head')].map(([name, { shape }]) => `${name} ${shape}`)).toEqual([
    'head.linear1.weight 4,3',
    'head.linear1.bias 4',
    'head.norm1.weight 4',
    'head.norm1.bias 4',
    'head.linear2.weight 2,4',
  ])
  expect([...buffers(mlp).keys()]).toEqual([
    'norm1.running_mean',
    'norm1.running_var',
    'norm1.num_batches_tracked',
  ])
  expect(parameterCount(mlp)).toBe(12 + 4 + 4 + 4 + 8)
  const plain = new Mlp({ inputs: 3, hidden: 4, outputs: 2, norm: 'none' })
  expect(stateDict(plain).size).toBe(3)
  disposeModule(plain)
})

test('linear layers start uniform within 1/sqrt(fan-in)', () => {
  manualSeed(1)
  const layer = new Linear(100, 200)
  scope(() => {
    expect(layer.weight.abs().max().item()).toBeLessThanOrEqual(0.1)
    expect(layer.weight.abs().max().item()).toBeGreaterThan(0.099)
    // a uniform spread has deviation bound / sqrt(3)
    expect(layer.weight.std().item()).toBeCloseTo(0.1 / Math.sqrt(3), 3)
  })
  disposeModule(layer)
})

test('loadState copies values into the same tensors', () => {
  scope(() => {
    const from = new Map([...stateDict(mlp)].map(([name, one]) => [name, one.ones_like()]))
    const weight = mlp.linear1.weight
    loadState(stateDict(mlp), from)
    expect(mlp.linear1.weight).toBe(weight)
    expect(weight.toArray()).toEqual(Array(12).fill(1))
    expect((mlp.norm1 as BatchNorm).num_batches_tracked.item()).toBe(1)
    expect(weight.requiresGrad).toBe(true)
  })
})

test.each<[string, (from: Map<string, Tensor>) => unknown, RegExp]>([
  ['a missing one', (from) => from.delete('linear2.weight'), /lack 'linear2\.weight'/],
  [
    'one too many',
    (from) => from.set('fc.weight', tensor([1])),
    /hold 'fc\.weight', which this network lacks/,
  ],
  [
    'another shape',
    (from) => from.set('linear2.weight', ops.zeros([4, 2])),
    /'linear2\.weight' are float32\[4,2\], this network needs float32\[2,4\]/,
  ],
  [
    'another dtype',
    (from) => from.set('linear2.weight', ops.zeros([2, 4], { dtype: 'float64' })),
    /'linear2\.weight' are float64\[2,4\], this network needs float32\[2,4\]/,
  ],
])('loadState with %s copies nothing', (_, spoil, message) => {
  scope(() => {
    const unchanged = mlp.linear1.weight.toArray()
    const from = new Map([...stateDict(mlp)].map(([name, one]) => [name, one.mul(0).add(42)]))
    spoil(from)
    const load = () => loadState(stateDict(mlp), from)
    expect(load).toThrow(SelfsameError)
    expect(load).toThrow(message)
    expect(mlp.linear1.weight.toArray()).toEqual(unchanged)
  })
})

const MAKERS: [string, (p: ReadonlyMap<string, Tensor>) => Optimizer, string[]][] = [
  ['sgd', (p) => sgd(p, { weightDecay: 0.5 }), ['momentum.w', 'momentum.b']],
  ['lars', (p) => lars(p, { weightDecay: 0.5 }), ['momentum.w', 'momentum.b']],
  ['adamw', (p) => adamw(p, { weightDecay: 0.5 }), ['first.w', 'first.b', 'second.w', 'second.b', 'steps']],
]

test.each(MAKERS)('%s: names of its state, decay of matrices only, nothing left behind', (_, make, names) => {
  const live = memory().tensors
  scope(() => {
    const w = tensor([[2, -2]])
    const b = tensor([2, -2])
    const optimizer = make(
      new Map([
        ['w', w],
        ['b', b],
      ]),
    )
    expect([...optimizer.state.keys()]).toEqual(names)
    const held = memory().tensors
    // what has no gradient stays as it is
    optimizer.step([null, null], 0.1)
    expect([...w.toArray(), ...b.toArray()]).toEqual([2, -2, 2, -2])
    // a gradient of nothing: only decay can move anything
    scope(() => optimizer.step([w.zeros_like(), b.zeros_like()], 0.1))
    expect(b.toArray()).toEqual([2, -2])
    const [first = 0, second = 0] = w.toArray()
    expect(first).toBeLessThan(2)
    expect(first).toBeGreaterThan(1)
    expect(second).toBe(-first)
    expect(memory().tensors).toBe(held)
    for (const one of optimizer.state.values()) one.dispose()
  })
  expect(memory().tensors).toBe(live)
})

test('a norm of gamma 0 gives its bias, and trains', () => {
  const norm = new BatchNorm(2, { gamma: 0 })
  scope(() => {
    const x = tensor([
      [1, 5],
      [3, 9],
    ])
    const y = norm.forward(x, TRAIN)
    expect(y.toArray()).toEqual([0, 0, 0, 0])
    const [gradient] = grad(y.mul(x).sum(), [norm.weight as Tensor]) as [Tensor]
    // normalised columns are (-1, 1): their products with x sum to 2 and 4
    expect(gradient.toArray().map((value) => Math.round(value * 1000) / 1000)).toEqual([2, 4])
  })
  disposeModule(norm)
})
