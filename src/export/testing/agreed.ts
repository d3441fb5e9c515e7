/** Functions of pictures, traced, exported and compared with themselves. */
import type { Tensor } from '../../torch/index.js'
import { writeModel } from '../../use/onnx/model-file.js'
import { type Agreement, agreement, BATCHES } from '../agreement.js'
import { type Graph, toOnnx } from '../graph/to-onnx.js'
import { openSession, type Session } from '../session.js'
import { noise, trace } from '../trace/trace.js'

const PICTURES = BATCHES.reduce((sum: number, one) => sum + one, 0)

/** A graph of one input `x` and one output `y`, and how far onnxruntime's numbers lie from libtorch's at most. */
export async function agreed(
  of: (x: Tensor) => Tensor,
  shape: readonly number[],
  pictures = noise([PICTURES, ...shape], 9),
): Promise<Agreement & { graph: Graph }> {
  const forward = (x: Tensor) => ({ y: of(x) })
  const graph = toOnnx(trace(forward, shape), 'x')
  return await opened(graph, async (session) => ({
    ...(await agreement(session, graph, forward, { values: pictures, shape })),
    graph,
  }))
}

/** Runs a graph. */
export async function opened<T>(graph: Graph, use: (session: Session) => Promise<T>): Promise<T> {
  const session = await openSession(writeModel({ ...graph, name: 'test', initializers: graph.constants }))
  try {
    return await use(session)
  } finally {
    await session.close()
  }
}

/** How often each of a graph's operators is there. */
export function operatorsOf({ nodes }: Graph): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { operator } of nodes) counts[operator] = (counts[operator] ?? 0) + 1
  return counts
}
