import { expect, test } from 'vitest'
import { ops, type Tensor, tensor } from '../torch/index.js'
import { agreement } from './agreement.js'
import { bytesOf } from './graph/builder.js'
import { type Graph, toOnnx } from './graph/to-onnx.js'
import { opened } from './testing/agreed.js'
import { noise, trace } from './trace/trace.js'

const SHAPE = [3, 8, 8]

/** Agreement with a graph in which one number is another. */
async function tampered(
  of: (x: Tensor) => Tensor,
  from: number,
  to: number,
  values = noise([8, ...SHAPE], 2),
) {
  const forward = (x: Tensor) => ({ y: of(x) })
  const graph: Graph = toOnnx(trace(forward, SHAPE), 'x')
  const constants = new Map(
    [...graph.constants].map(([name, one]) => {
      const is =
        one.type === 'float32' && new Float32Array(Uint8Array.from(one.data).buffer)[0] === Math.fround(from)
      return [name, is ? { ...one, data: bytesOf(Float32Array.of(to)) } : one]
    }),
  )
  const changed = { ...graph, constants }
  return await opened(changed, (session) => agreement(session, changed, forward, { values, shape: SHAPE }))
}

test('a wrong number is found, and the operator behind which it shows first is named', async () => {
  const of = (x: Tensor) => x.abs().add(1).mul(0.7).tanh().mean([2, 3])
  expect(await tampered(of, 0.7, 0.7)).toMatchObject({ pictures: 8, onThreshold: 0 })
  await expect(tampered(of, 0.7, 0.71)).rejects.toThrow(
    /^the exported network differs from the trained one by 0\.0\d+ of the largest value, first behind aten::mul \(Mul\), where at most 0\.0001 is right: nothing was kept; please report it$/,
  )
  await expect(tampered(of, 0.7, Number.NaN)).rejects.toThrow(/differs from the trained one by Infinity/)
})

/** Zeros, with so many values of 0.6 in each of eight pictures. */
function nearly(...counts: number[]): Float32Array {
  const values = new Float32Array(8 * 192)
  for (const [picture, count] of counts.entries()) values.fill(0.6, picture * 192, picture * 192 + count)
  return values
}

test('where numbers are compared rounding may decide for some pictures, and a little at most', async () => {
  // the share of 192 values above a threshold, beside a 1
  const of = (x: Tensor) => {
    const one = tensor([1])
      .view([1, 1])
      .expand([x.shape[0] as number, -1])
    return ops.cat([x.ge(0.5).to('float32').mean([1, 2, 3]).unsqueeze(1), one], 1)
  }
  expect(await tampered(of, 0.5, 0.7, nearly(1, 0, 2))).toMatchObject({ pictures: 8, onThreshold: 2 })
  // more than half of the pictures, and one by more than 5 %
  await expect(tampered(of, 0.5, 0.7, nearly(1, 1, 1, 1, 1))).rejects.toThrow(/by 0\.0052 of the largest/)
  await expect(tampered(of, 0.5, 0.7, nearly(20))).rejects.toThrow(/by 0\.10 of the largest/)
})
