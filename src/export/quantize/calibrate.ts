/** Between which values what goes into products lies, on pictures of the run. */
import { writeModel } from '../../use/onnx/model-file.js'
import type { Graph } from '../graph/to-onnx.js'
import type { Pixels } from '../run-pictures.js'
import { openSession } from '../session.js'
import { type Ranges, toCalibrate } from './int8.js'

/** Pictures that are looked at together: all that is inside of the network is held for them. */
const AT_ONCE = 4

/** @param batches the graph's input, as it is for pictures of the run */
export async function calibrated(graph: Graph, batches: AsyncIterable<Pixels>): Promise<Ranges> {
  const names = toCalibrate(graph)
  const own = new Set([...graph.outputs, ...graph.inputs].map(({ name }) => name))
  const inside = names.filter((name) => !own.has(name)).map((name) => ({ name, type: 'float32' as const }))
  const session = await openSession(
    writeModel({
      ...graph,
      name: 'calibration',
      initializers: graph.constants,
      outputs: [...graph.outputs, ...inside],
    }),
    { plain: true },
  )
  const ranges = new Map(names.map((name) => [name, [0, 0] as [number, number]]))
  const input = graph.inputs[0]?.name as string
  try {
    for await (const { values, shape } of batches) {
      const [count = 0, ...one] = shape
      const each = values.length / count
      for (let at = 0; at < count; at += AT_ONCE) {
        const some = values.subarray(at * each, Math.min(count, at + AT_ONCE) * each)
        const found = await session.run(some, [some.length / each, ...one])
        for (const [name, range] of ranges)
          widen(range, name === input ? some : (found.get(name)?.data ?? []))
      }
    }
  } finally {
    await session.close()
  }
  return ranges
}

function widen(range: [number, number], values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number
    if (value < range[0]) range[0] = value
    if (value > range[1]) range[1] = value
  }
}
