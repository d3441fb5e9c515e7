import { afterEach, expect, test } from 'vitest'
import { disposeModule, EVAL, INITIALIZE, parameter } from '../../nn/index.js'
import {
  disposeAll,
  grad,
  manualSeed,
  memory,
  noGrad,
  ops,
  scope,
  type Tensor,
  tensor,
} from '../../torch/index.js'
import { Joined } from '../encoder/joined.js'
import { BESIDE_DEFAULTS, CODES_DEFAULTS } from '../encoder/spec.js'
import { cosine } from '../similarity/index.js'
import { ALONE } from '../world.js'
import { codeNeighbours } from './code-neighbours.js'
import type { LossModule } from './loss.js'

const SIZE = 12
const DIMENSION = 3
const CODES = { channels: 1, size: SIZE, patch: 4, atoms: 16, directions: 5, grid: 2, outputs: 6, alike: 0.1 }
const kept: object[] = []
afterEach(() => kept.splice(0).forEach(disposeModule))

function made(change: { memory?: number; bank?: number } = {}) {
  manualSeed(5)
  const options = {
    ...CODES_DEFAULTS,
    ...BESIDE_DEFAULTS,
    ...CODES,
    width: 1,
    norm: 'batch',
    firstLayer: 'random',
  } as const
  const encoder = new Joined(options)
  const loss = codeNeighbours({
    ...{ dropped: 1, places: 81, ridge: 0.01, whitening: 0 },
    ...{ temperature: 0.5, teacherTemperature: 0.2, pictures: 8, memory: 8, bank: 8 },
    ...change,
  })
  const module = loss.build(loss.options, { encoder, dimension: DIMENSION, prototypes: 0, targets: 0 })
  kept.push(encoder, module)
  return { encoder, loss, module }
}

const whole = (x: Tensor) => [{ x, hidden: false }]
const ids = (...numbers: number[]) => tensor(numbers, [numbers.length], 'int64')

function askedOf(module: LossModule, prediction: Tensor, own: Tensor): Tensor {
  const online = new Map([[1, { vector: prediction, prediction }]])
  const context = { scheduled: () => 0, similarity: cosine, ids: own, world: ALONE }
  return module.compute({ online, target: new Map(), pairs: 0 }, context)
}

test('a third of the solved steps each adds scatter, sums cells and remembers vectors; half of a run at most', () => {
  const { loss } = made()
  expect(loss.solved?.({ ...loss.options, pictures: 5000, memory: 5000 }, { batch: 128, steps: 4000 })).toBe(
    120,
  )
  expect(loss.solved?.({ ...loss.options, pictures: 5000, memory: 1000 }, { batch: 128, steps: 4000 })).toBe(
    24,
  )
  expect(loss.solved?.({ ...loss.options, pictures: 5000, memory: 5000 }, { batch: 128, steps: 60 })).toBe(30)
  expect(loss.solved?.({ ...loss.options, pictures: 5000, memory: 5000 }, { batch: 128, steps: 1 })).toBe(3)
})

test('the loss is the cross-entropy of similarities to what is remembered, with the teacher’s', () => {
  const { encoder, module } = made()
  scope(() => {
    const x = ops.randn([6, 1, SIZE, SIZE])
    noGrad(() => encoder.forward(x, INITIALIZE))
    for (let step = 0; step < 3; step++)
      module.solve?.(encoder, whole(x), { step, steps: 3, ids: ids(0, 1, 2, 3, 4, 5) })
    const teacher = noGrad(() => {
      const rows = encoder.codes.forward(x, EVAL).narrow(1, 0, DIMENSION).to('float64')
      return rows.div(rows.square().sum([1], true).sqrt())
    })
    const prediction = ops.randn([2, DIMENSION])
    const loss = askedOf(module, prediction, ids(4, 1))
    const said = prediction.to('float64')
    const unit = said.div(said.square().sum([1], true).sqrt())
    let wanted = 0
    for (const [row, own] of [4, 1].entries()) {
      const near = teacher.matmul(teacher.select(0, own)).div(0.2).softmax(0)
      const logits = teacher.matmul(unit.select(0, row)).div(0.5).log_softmax(0)
      wanted -= near.mul(logits).sum().item() / 2
    }
    expect(loss.item()).toBeCloseTo(wanted, 4)
  })
})

test('a picture is coded once, a newer one may take its place, and a row whose place was taken does not count', () => {
  const { encoder, module } = made({ memory: 4, bank: 2 })
  scope(() => {
    const x = ops.randn([3, 1, SIZE, SIZE])
    noGrad(() => encoder.forward(x, INITIALIZE))
    module.prepare?.(encoder, whole(x), ids(0, 1, 2))
    const first = (module as unknown as { vectors: Tensor }).vectors.toArray()
    // the same pictures with other pixels are not looked at again
    module.prepare?.(encoder, whole(ops.zeros_like(x)), ids(0, 1, 2))
    expect((module as unknown as { vectors: Tensor }).vectors.toArray()).toEqual(first)
    // 5 comes to the place of 1, so a batch with both has one of them right
    module.prepare?.(encoder, whole(x), ids(5, 0, 2))
    const prediction = parameter(() => ops.randn([2, DIMENSION]))
    const [slope] = grad(askedOf(module, prediction, ids(1, 2)), [prediction]) as [Tensor]
    const lengths = slope.square().sum([1]).toArray()
    expect(lengths[0]).toBe(0)
    expect(lengths[1]).toBeGreaterThan(0)
  })
})

test('a head that is longer than the codes’ vectors is told of', () => {
  const { encoder, loss } = made()
  const sizes = { encoder, dimension: 7, prototypes: 0, targets: 0 }
  expect(() => loss.build(loss.options, sizes)).toThrow('the codes that it learns from have 6')
})

test('vectors have the codes’ part at length 1 and the network’s at its share, and nothing is left over', () => {
  const before = memory().tensors
  const { encoder, module } = made()
  const held = memory().tensors
  scope(() => {
    const x = ops.randn([6, 1, SIZE, SIZE])
    noGrad(() => encoder.forward(x, INITIALIZE))
    for (let step = 0; step < 3; step++) {
      const { loss, vectors } =
        module.solve?.(encoder, whole(x), { step, steps: 3, ids: ids(0, 1, 2, 3, 4, 5) }) ?? {}
      disposeAll([loss, vectors])
    }
    module.prepare?.(encoder, whole(x), ids(0, 9, 2, 3, 4, 5))
    const both = noGrad(() => encoder.forward(x, EVAL))
    const length = (from: number, count: number) =>
      both.narrow(1, from, count).square().sum([1]).sqrt().toArray()
    for (const one of length(0, CODES.outputs)) expect(one).toBeCloseTo(1, 4)
    for (const one of length(CODES.outputs, encoder.network.features)) expect(one).toBeCloseTo(0.5, 4)
    expect(both.shape).toEqual([6, encoder.features])
  })
  expect(memory().tensors).toBe(held)
  disposeModule(encoder)
  disposeModule(module)
  expect(memory().tensors).toBe(before)
})
