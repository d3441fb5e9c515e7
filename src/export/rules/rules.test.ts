import { afterAll, beforeAll, expect, test } from 'vitest'
import { parameter } from '../../nn/index.js'
import { disposeAll, manualSeed, memory, operator, ops, type Tensor, tensor } from '../../torch/index.js'
import { batchNormActPlain, gridAverage, patchCodes, patchCodesPlain } from '../../torch/kernels.js'
import { agreed, operatorsOf } from '../testing/agreed.js'
import { shares } from './pooling.js'

let before = 0
let kept: Record<string, Tensor> = {}
beforeAll(() => {
  before = memory().tensors
  manualSeed(3)
  kept = {
    filters: parameter(() => ops.randn([6, 4, 3, 3])),
    depthwise: parameter(() => ops.randn([8, 1, 3, 3])),
    vector: parameter(() => ops.randn([4])),
    positive: parameter(() => ops.rand([4]).add(0.5)),
    matrix: parameter(() => ops.randn([5, 8])),
    rows: parameter(() => ops.randn([4, 9, 8])),
  }
})
afterAll(() => {
  disposeAll(kept)
  expect(memory().tensors).toBe(before)
})
const of = (name: string) => kept[name] as Tensor

/** Each of `[N, 4, 9, 8]`. */
const CASES: Record<string, (x: Tensor) => Tensor> = {
  'sums, products and scalars': (x) => x.add(x, { alpha: 3 }).sub(2).mul(0.3).div(x.abs().add(1)).neg(),
  'a number less a tensor': (x) => operator('rsub')(x, 2) as Tensor,
  powers: (x) => x.pow(2).add(x.abs().pow(0.5)).add(x.abs().add(1).pow(1.7)).add(x.square()),
  roots: (x) => x.square().add(1).rsqrt().mul(x.abs().sqrt()).add(x.abs().add(1).reciprocal()),
  'exponentials and waves': (x) => x.exp().add(1).log().add(x.sin()).mul(x.cos()).add(x.erf()),
  'rounding down and up': (x) => x.mul(3).floor().add(x.mul(2).ceil()),
  activations: (x) =>
    x.relu().add(x.sigmoid()).add(x.tanh()).add(ops.silu(x)).add(ops.mish(x)).add(ops.softplus(x)),
  'more activations': (x) =>
    ops.leaky_relu(x, 0.2).add(ops.elu(x)).add(ops.hardtanh(x)).add(ops.hardsigmoid(x)).add(ops.hardswish(x)),
  gelu: (x) => x.gelu().add(x.gelu({ approximate: 'tanh' })),
  bounds: (x) =>
    x
      .clamp(-0.5, 0.5)
      .add(x.clamp_min(0.2))
      .add(x.clamp({ max: 0.1 })),
  'comparisons and choices': (x) =>
    ops.where(x.gt(0.3).logical_and(x.le(1)).logical_or(x.ne(x)), x, x.mul(-2)).add(x.lt(0).to('float32')),
  'a mask': (x) => x.masked_fill(x.ge(0).logical_not(), 7),
  'largest and smallest of two': (x) => x.maximum(x.neg()).add(x.minimum(x.mul(2))),
  'scale and shift in one': (x) =>
    ops.addcmul(of('vector').view([4, 1, 1]), x, of('positive').view([4, 1, 1])),
  'sums and means over places': (x) =>
    x
      .sum([2, 3])
      .add(x.mean([2, 3]))
      .add(x.amax([2, 3]))
      .add(x.amin([2, 3])),
  'variance and mean': (x) => {
    const [variance, mean] = ops.var_mean(x, [1], { correction: 1, keepdim: true })
    return x.sub(mean).div(variance.add(1).sqrt())
  },
  deviation: (x) => x.std([2, 3], false),
  length: (x) => x.div(ops.linalg_vector_norm(x, 2, [1], true).clamp_min(1e-6)),
  softmax: (x) => x.softmax(1).add(x.mul(2).softmax(-1)).add(ops.log_softmax(x, 2)),
  'a share of those that are true': (x) => x.gt(0).sum([2, 3]).to('float32').div(72),
  'other orders': (x) => x.permute([0, 2, 3, 1]).transpose(1, -1).contiguous().flatten(2),
  'parts and places': (x) => {
    const [a, b] = x.split(2, 1) as [Tensor, Tensor]
    const [c, d, e] = x.chunk(3, 2) as [Tensor, Tensor, Tensor]
    const one = x.select(1, -1).add(x.unbind(1)[2] as Tensor)
    return ops.cat([a.add(b).flatten(1), c.sub(d).add(e).flatten(1), one.flatten(1)], 1)
  },
  'steps and ends': (x) =>
    ops
      .slice(x, 2, 1, -2, 3)
      .flatten(2)
      .add(ops.slice(x, 3, -3, 8, 2).sum([2, 3]).unsqueeze(2)),
  'turned round': (x) => x.flip([3, 2]),
  windows: (x) => x.unfold(2, 4, 2).unfold(3, 3, 5).narrow(2, 0, 2),
  'one on another': (x) => ops.stack([x, x.relu()], 2).unsqueeze(1).squeeze(1),
  'repeated and widened': (x) =>
    x
      .narrow(1, 0, 1)
      .expand([-1, 4, -1, -1])
      .add(x.narrow(1, 0, 2).repeat([1, 2, 1, 1])),
  borders: (x) =>
    ops
      .pad(x, [1, 2, 0, 1], 'reflect')
      .add(ops.pad(x, [3, 0, 1, 0], 'replicate'))
      .add(ops.constant_pad_nd(x, [0, 3, 1, 0], 0.5)),
  'channels of nothing': (x) => ops.pad(x, [0, 0, 0, 0, 1, 2]),
  'places by number': (x) => x.index_select(3, tensor([7, 0, 3], undefined, 'int64')).add(x.narrow(3, 0, 3)),
  'a convolution with all': (x) =>
    ops.conv2d(x, of('filters'), { stride: [2, 1], padding: [0, 2], dilation: [1, 2] }),
  'convolutions in groups': (x) =>
    ops.conv2d(x, of('depthwise'), { groups: 4, padding: 1, bias: of('matrix').select(0, 0) }),
  products: (x) => x.matmul(of('matrix').t()).add(x.matmul(of('rows').transpose(1, 2)).sum([3], true)),
  'products of two rows': (x) => {
    const rows = x.flatten(2)
    return ops.bmm(rows, rows.transpose(1, 2))
  },
  'linear layers': (x) =>
    ops.linear(
      ops.linear(x, of('matrix')).narrow(3, 0, 4).mean([1, 2]),
      of('filters').select(3, 0).select(2, 0),
    ),
  'a product beside a sum': (x) =>
    ops.addmm(of('vector').narrow(0, 0, 1), x.mean([1, 2]), of('matrix').t(), { alpha: 2, beta: 3 }),
  'largest of windows': (x) => ops.max_pool2d(x, 3, { stride: 2, padding: 1, ceil_mode: true }),
  'means of windows': (x) =>
    ops
      .avg_pool2d(x, [3, 2], { padding: 1 })
      .add(ops.avg_pool2d(x, [3, 2], { padding: 1, count_include_pad: false })),
  'cells that share places': (x) => ops.adaptive_avg_pool2d(x, [5, 3]),
  'cells that do not': (x) => gridAverage(x.narrow(2, 0, 8), 2),
  'batch norm alone': (x) =>
    batchNormActPlain(x, {
      ...{
        weight: of('vector'),
        bias: of('positive'),
        runningMean: of('vector'),
        runningVar: of('positive'),
      },
      ...{ training: false, momentum: 0.1, eps: 1e-5, relu: true, residual: x },
    }),
  'layer norm': (x) => ops.layer_norm(x, [9, 8]).add(ops.layer_norm(x, [8])),
  'group norm without scales': (x) => ops.group_norm(x, 2),
}

test.each(Object.entries(CASES))('%s: as libtorch has it', async (_, made) => {
  expect((await agreed(made, [4, 9, 8])).largest).toBeLessThan(2e-6)
})

/** PyTorch's rule (adaptive_avg_pool2d) by a plain loop over places. */
test('cells along a side share what lies on their border', () => {
  const found = shares(7, 3)
  expect(Array.from(found, (one) => Math.round(one * 6) / 6)).toEqual(
    [
      [1, 1, 1, 0, 0, 0, 0],
      [0, 0, 1, 1, 1, 0, 0],
      [0, 0, 0, 0, 1, 1, 1],
    ].flatMap((row) => row.map((one) => Math.round((one / 3) * 6) / 6)),
  )
})

test('codes of patches: the plain form and the kernel become graphs that agree', async () => {
  const dictionary = {
    filters: parameter(() => ops.randn([9, 3, 4, 4])),
    bias: parameter(() => ops.randn([9])),
    norms: parameter(() => ops.randn([6, 3, 4, 4])),
    normBias: parameter(() => ops.randn([6])),
    threshold: parameter(() => ops.full([], 0.4, { dtype: 'float32' })),
  }
  for (const [stride, side] of [
    [1, 4],
    [2, 3],
    [3, 1],
  ] as const) {
    for (const codes of [patchCodes, patchCodesPlain]) {
      const { largest, onThreshold, graph } = await agreed(
        (x) => codes(x, { ...dictionary, stride }, side),
        [3, 17, 20],
      )
      expect(largest).toBeLessThan(1e-6)
      expect(onThreshold).toBe(0)
      expect(operatorsOf(graph).GreaterOrEqual).toBeGreaterThan(0)
    }
  }
  disposeAll(dictionary)
})
