/** Whether a model file computes what the live network does. */
import { SelfsameError } from '../errors.js'
import { noGrad, scope, type Tensor, tensor } from '../torch/index.js'
import { writeModel } from '../use/onnx/model-file.js'
import type { Graph } from './graph/to-onnx.js'
import { type Output, openSession, type Session } from './session.js'
import { type Forward, record } from './trace/record.js'

/** As many pictures at a time are compared: one alone, as many as were traced with, and more. */
export const BATCHES = [1, 2, 5] as const
/** Largest difference, as a share of the largest value. */
export const TOLERANCE = 1e-4

/** Standardised pictures of one shape, as plain numbers. */
export interface Pictures {
  values: Float32Array
  /** `[C, size, size]` */
  shape: readonly number[]
}

export interface Agreement {
  /** Pictures that were compared. */
  pictures: number
  /** Largest difference as a share of the largest value, over those that agree. */
  largest: number
  /** Pictures of which a number lies on a threshold, where rounding decides: as many differ by more. */
  onThreshold: number
}

/** Operators at which the smallest difference may become a large one. */
const STEPS = ['Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'Equal']
/** Of pictures may differ so. */
const MOST_ON_THRESHOLD = 0.5
/** What a difference at a threshold may be at most. */
const STEP_TOLERANCE = 0.05

export async function agreement(
  session: Session,
  graph: Graph,
  forward: Forward,
  pictures: Pictures,
): Promise<Agreement> {
  const each = pictures.shape.reduce((all, size) => all * size, 1)
  const steps = graph.nodes.some(({ operator }) => STEPS.includes(operator))
  const shares: number[] = []
  let at = 0
  for (const count of BATCHES) {
    const x = pictures.values.subarray(at * each, (at + count) * each)
    at += count
    const shape = [count, ...pictures.shape]
    const found = await session.run(x, shape)
    for (const [name, wanted] of live(forward, x, shape))
      shares.push(...differences(found.get(name), wanted, name, count))
  }
  const off = shares.filter((share) => !(share <= TOLERANCE))
  const allowed = steps && off.every((share) => share <= STEP_TOLERANCE)
  if (off.length > (allowed ? MOST_ON_THRESHOLD * shares.length : 0))
    throw new SelfsameError(await disagreement(graph, forward, pictures, Math.max(...off)))
  return {
    pictures: shares.length,
    largest: Math.max(0, ...shares.filter((share) => share <= TOLERANCE)),
    onThreshold: off.length,
  }
}

/** What the network itself makes of pictures. */
export function live(forward: Forward, x: Float32Array, shape: readonly number[]): Map<string, Output> {
  return scope(() =>
    noGrad(() => {
      const made = forward(tensor(x, shape))
      return new Map(
        Object.entries(made).map(([name, one]) => [name, { data: one.toFloat32(), shape: one.shape }]),
      )
    }),
  )
}

/** Of each picture the largest difference, as a share of the largest value of all. */
function differences(found: Output | undefined, wanted: Output, name: string, count: number): number[] {
  if (found?.shape.join() !== wanted.shape.join())
    throw new SelfsameError(
      `onnxruntime gives ${name} as [${found?.shape ?? 'nothing'}] for ${count} pictures, and libtorch as [${wanted.shape}], where what was traced must hold for any number: nothing was kept; look for what depends on how many there are, such as a squeeze of all dimensions`,
    )
  const each = wanted.data.length / count
  return Array.from({ length: count }, (_, i) =>
    apart(found.data.subarray(i * each, (i + 1) * each), wanted.data.subarray(i * each, (i + 1) * each)),
  )
}

/** The largest difference of two lists over the second's largest value; infinite where something is no number. */
export function apart(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
  let largest = 0
  let most = 0
  for (let i = 0; i < wanted.length; i++) {
    const [a, b] = [found[i] as number, wanted[i] as number]
    const off = Math.abs(a - b)
    if (!Number.isFinite(off)) return Number.POSITIVE_INFINITY
    if (off > most) most = off
    if (Math.abs(b) > largest) largest = Math.abs(b)
  }
  return most === 0 ? 0 : most / largest
}

/** A sentence that names the first operator whose result differs. */
async function disagreement(
  graph: Graph,
  forward: Forward,
  pictures: Pictures,
  most: number,
): Promise<string> {
  const first = await firstDiffering(graph, forward, pictures)
  const where = first ? `, first behind ${first}` : ''
  return `the exported network differs from the trained one by ${most.toPrecision(2)} of the largest value${where}, where at most ${TOLERANCE} is right: nothing was kept; please report it`
}

/** Runs both step by step with two pictures. @returns operator of ours and of the graph */
async function firstDiffering(
  graph: Graph,
  forward: Forward,
  { values, shape }: Pictures,
): Promise<string | undefined> {
  const each = shape.reduce((all, size) => all * size, 1)
  const two = [values.subarray(0, 2 * each), [2, ...shape]] as const
  const wanted = new Map<number, Float32Array>()
  const watch = (value: number, one: Tensor) => {
    if (one.dtype === 'float32') wanted.set(value, new Float32Array(one.bytes().buffer))
  }
  scope(() => record(tensor(...two), forward, { watch }))
  const inside = graph.nodes.flatMap((node) =>
    node.outputs.flatMap((name) => {
      const value = graph.values.get(name)
      return value !== undefined && wanted.has(value) ? [{ name, value, node }] : []
    }),
  )
  const ports = inside.map(({ name }) => ({ name, type: 'float32' as const }))
  const shown = { ...graph, name: 'looked into', initializers: graph.constants }
  const session = await openSession(writeModel({ ...shown, outputs: [...graph.outputs, ...ports] }), {
    plain: true,
  })
  try {
    const found = await session.run(...two)
    const off = inside.find(
      ({ name, value }) => apart(found.get(name)?.data ?? [], wanted.get(value) as Float32Array) > TOLERANCE,
    )
    return off && `${off.node.from} (${off.node.operator})`
  } finally {
    await session.close()
  }
}
