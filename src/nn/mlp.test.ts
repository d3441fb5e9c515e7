import { expect, test } from 'vitest'
import { memory, noGrad, ops, scope, type Tensor } from '../torch/index.js'
import { disposeModule, EVAL, Mlp, type MlpOptions, parameterCount, stateDict, TRAIN } from './index.js'

const names = (options: Partial<MlpOptions>): string[] => {
  const before = memory().tensors
  const mlp = new Mlp({ inputs: 6, hidden: 8, outputs: 4, ...options })
  const found = [...stateDict(mlp)]
    .filter(([, one]) => one.requiresGrad)
    .map(([name, { shape }]) => `${name} ${shape}`)
  scope(() => expect(mlp.forward(ops.rand([5, 6]), TRAIN).shape).toEqual([5, 4]))
  disposeModule(mlp)
  expect(memory().tensors).toBe(before)
  return found
}

test("two layers are BYOL's head, under the names of its checkpoints", () => {
  const two = ['linear1.weight 8,6', 'linear1.bias 8', 'norm1.weight 8', 'norm1.bias 8', 'linear2.weight 4,8']
  expect(names({})).toEqual(two)
  expect(names({ norm: 'none' })).toEqual(['linear1.weight 8,6', 'linear1.bias 8', 'linear2.weight 4,8'])
})

test('one layer is one linear map', () => {
  expect(names({ layers: 1 })).toEqual(['linear1.weight 4,6'])
  expect(names({ layers: 1, outputBias: true })).toEqual(['linear1.weight 4,6', 'linear1.bias 4'])
})

test("three layers with a bare norm at the end: SimSiam's and MoCo v3's head", () => {
  const head = { layers: 3, bias: false, outputNorm: 'batch', outputAffine: false } as const
  expect(names(head)).toEqual([
    'linear1.weight 8,6',
    'norm1.weight 8',
    'norm1.bias 8',
    'linear2.weight 8,8',
    'norm2.weight 8',
    'norm2.bias 8',
    'linear3.weight 4,8',
  ])
  const mlp = new Mlp({ inputs: 6, hidden: 8, outputs: 4, ...head })
  scope(() => {
    const y = mlp.forward(ops.randn([50, 6]), TRAIN)
    expect(y.mean([0]).abs().max().item()).toBeLessThan(1e-5)
    expect(y.std([0], false).sub(1).abs().max().item()).toBeLessThan(1e-2)
  })
  disposeModule(mlp)
})

test.each(['relu', 'gelu'] as const)(
  'the middle of a head with %s is what the rest starts from',
  (activation) => {
    const mlp = new Mlp({ inputs: 6, hidden: 8, outputs: 4, layers: 3, activation })
    scope(() => {
      const x = ops.randn([5, 6])
      expect(mlp.upTo(x, EVAL, 0)).toBe(x)
      const middle = mlp.upTo(x, EVAL, 2)
      const rest = ops.linear(middle, stateDict(mlp).get('linear3.weight') as Tensor)
      expect(mlp.forward(x, EVAL).toArray()).toEqual(rest.toArray())
      const first = mlp.norm1.forward(mlp.linear1.forward(x), EVAL)
      expect(mlp.upTo(x, EVAL, 1).toArray()).toEqual(
        (activation === 'relu' ? first.relu() : first.gelu()).toArray(),
      )
      expect(() => mlp.upTo(x, EVAL, 3)).toThrow(/has 2 hidden layers/)
    })
    disposeModule(mlp)
  },
)

test("a head on every place of a map, starting within PyTorch's bounds", () => {
  const mlp = new Mlp({
    inputs: 40,
    hidden: 50,
    outputs: 60,
    norm: 'none',
    activation: 'gelu',
    outputBias: true,
  })
  scope(() =>
    noGrad(() => {
      const most = mlp.linear1.weight.abs().max().item()
      expect(most).toBeLessThanOrEqual(1 / Math.sqrt(40))
      expect(most).toBeGreaterThan(0.99 / Math.sqrt(40))
      expect(parameterCount(mlp)).toBe(40 * 50 + 50 + 50 * 60 + 60)
      expect(mlp.forward(ops.rand([2, 7, 40]), TRAIN).shape).toEqual([2, 7, 60])
    }),
  )
  disposeModule(mlp)
})

test("the layers before a 'group' norm standardise their weights, the last does not", () => {
  const mlp = new Mlp({ inputs: 6, hidden: 8, outputs: 4, norm: 'group', bias: false })
  scope(() =>
    noGrad(() => {
      const x = ops.randn([5, 6])
      const y = mlp.linear1.forward(x)
      const z = mlp.forward(x, TRAIN)
      for (const one of stateDict(mlp).values()) if (one.shape.length === 2) one.mul_(3)
      expect(mlp.linear1.forward(x).sub(y).abs().max().item()).toBeLessThan(1e-4)
      expect(mlp.forward(x, TRAIN).sub(z.mul(3)).abs().max().item()).toBeLessThan(1e-4)
    }),
  )
  disposeModule(mlp)
})
