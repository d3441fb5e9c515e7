/** Losses, schedules, averages, optimisers and batch norm against PyTorch. */
import { expect, test } from 'vitest'
import { emaUpdate, tauAt } from '../../src/learn/target.js'
import { adamw, BatchNorm, EVAL, lars, type Optimizer, sgd, TRAIN } from '../../src/nn/index.js'
import { grad, memory, noGrad, ops, scope, type Tensor } from '../../src/torch/index.js'
import { expectClose, golden, patterned } from './golden.js'
import { lossOf, said } from './losses.js'

const CLOSE = 1e-5

test('BYOL loss, both ordered pairs summed', () => {
  scope(() => {
    const [p1, z1, p2, z2] = golden.loss.salts.map((salt: number) =>
      patterned(golden.loss.shape, salt),
    ) as Tensor[]
    const online = { 0: said(z1 as Tensor, { prediction: p1 }), 1: said(z2 as Tensor, { prediction: p2 }) }
    const target = { 0: said(z1 as Tensor), 1: said(z2 as Tensor) }
    const loss = lossOf('byol')
    const one = loss.compute({ 0: online[0] }, target, { pairs: 2 })
    expect(Math.abs(one.item() - golden.loss.one)).toBeLessThan(CLOSE)
    expect(Math.abs(loss.compute(online, target).item() - golden.loss.value)).toBeLessThan(CLOSE)
  })
})

test('tau schedule', () => {
  for (const [tau, step, total, expected] of golden.tau) {
    expect(tauAt({ tau, schedule: 'cosine' }, step, total)).toBeCloseTo(expected, 12)
  }
})

test('the target follows by an exponential moving average', () => {
  scope(() => {
    const target = patterned([7, 5], 41)
    emaUpdate([target], [patterned([7, 5], 42)], golden.ema.tau)
    expectClose(target, golden.ema.result, CLOSE)
  })
})

test("LARS by DeepMind's rule, with its exemption", () => {
  scope(() => {
    const matrix = patterned([7, 5], 41)
    const vector = patterned([7], 44)
    const optimizer = lars(
      new Map([
        ['matrix', matrix],
        ['vector', vector],
      ]),
      { weightDecay: 1e-2, trust: 1e-3 },
    )
    setMomentum(optimizer, { matrix: patterned([7, 5], 43), vector: patterned([7], 46) })
    optimizer.step([patterned([7, 5], 42), patterned([7], 45)], 0.3)
    expectClose(matrix, golden.lars.matrix, CLOSE)
    expectClose(vector, golden.lars.vector, CLOSE)
    expectClose(optimizer.state.get('momentum.matrix') as Tensor, golden.lars.matrix_momentum, CLOSE)
    expectClose(optimizer.state.get('momentum.vector') as Tensor, golden.lars.vector_momentum, CLOSE)
    disposeAll(optimizer)
  })
})

function setMomentum(optimizer: Optimizer, values: Record<string, Tensor>): void {
  noGrad(() => {
    for (const [name, value] of Object.entries(values)) optimizer.state.get(`momentum.${name}`)?.copy_(value)
  })
}

function disposeAll({ state }: Optimizer): void {
  for (const tensor of state.values()) tensor.dispose()
}

test.each([
  ['sgd', (p: Map<string, Tensor>) => sgd(p, { weightDecay: 1e-2 })],
  ['nesterov', (p: Map<string, Tensor>) => sgd(p, { weightDecay: 1e-2, nesterov: true })],
  ['adamw', (p: Map<string, Tensor>) => adamw(p, { betas: [0.9, 0.95], weightDecay: 0.1 })],
])('three steps of %s', (name, make) => {
  const before = memory().tensors
  scope(() => {
    const weight = patterned([7, 5], 41)
    const optimizer = make(new Map([['w', weight]]))
    for (const salt of [42, 47, 48]) optimizer.step([patterned([7, 5], salt)], 0.1)
    expectClose(weight, golden.optimizers[name], CLOSE)
    disposeAll(optimizer)
  })
  expect(memory().tensors).toBe(before)
})

test('a parameter that is frozen at first counts its own steps, as in PyTorch', () => {
  scope(() => {
    const [early, late] = [ops.zeros([1]), ops.zeros([1])]
    const optimizer = adamw(new Map(Object.entries({ early, late })), { weightDecay: 0 })
    for (let step = 0; step < 20; step++) optimizer.step([ops.ones([1]), null], 0.1)
    expect(late.item()).toBe(0)
    // under a constant gradient every step of Adam is as long as its rate
    for (let step = 0; step < 5; step++) optimizer.step([ops.ones([1]), ops.ones([1])], 0.1)
    expect(early.item()).toBeCloseTo(-2.5, 4)
    expect(late.item()).toBeCloseTo(-0.5, 4)
    disposeAll(optimizer)
  })
})

test('batch norm with residual and ReLU: output, running statistics, gradients', () => {
  const before = memory().tensors
  const norm = new BatchNorm(4)
  const { weight, bias } = norm as { weight: Tensor; bias: Tensor }
  scope(() => {
    const { batch_norm: expected } = golden
    noGrad(() => {
      weight.copy_(patterned([4], 54, 0.5, 1.5))
      bias.copy_(patterned([4], 55))
    })
    const x = patterned([5, 4, 3, 2], 51).setRequiresGrad()
    const residual = patterned([5, 4, 3, 2], 52).setRequiresGrad()
    const y = norm.forward(x, TRAIN, { residual, relu: true })
    expectClose(y, expected.y, CLOSE)
    expectClose(norm.running_mean, expected.mean, CLOSE)
    expectClose(norm.running_var, expected.var, CLOSE)
    expect(norm.num_batches_tracked.item()).toBe(1)
    const gradients = grad(y.mul(patterned([5, 4, 3, 2], 53)).sum(), [x, residual, weight, bias])
    for (const [i, name] of ['gx', 'gr', 'gw', 'gb'].entries()) {
      expectClose(gradients[i] as Tensor, expected[name], CLOSE)
    }
    expectClose(norm.forward(x, EVAL), expected.eval, CLOSE)
  })
  for (const tensor of [weight, bias, norm.running_mean, norm.running_var, norm.num_batches_tracked]) {
    tensor.dispose()
  }
  expect(memory().tensors).toBe(before)
})
