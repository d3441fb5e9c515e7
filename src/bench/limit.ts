/** An upper limit of a step's speed: its convolutions and matrix products alone, each in its faster layout. */
import { planRun } from '../learn/schedule.js'
import type { TrainingState } from '../learn/state.js'
import { prepareInputs } from '../learn/step.js'
import { Stepper } from '../learn/stepper.js'
import {
  type DType,
  grad,
  gradEnabled,
  type MemoryFormat,
  noGrad,
  observeCalls,
  ops,
  scope,
  Tensor,
} from '../torch/index.js'
import { firstBatch, SHORT_SECONDS, withState } from './parts.js'
import type { Prepared } from './workloads.js'

/** One convolution or product of a step. */
export interface Work {
  operator: 'conv2d' | 'linear' | 'matmul'
  shapes: readonly (readonly number[])[]
  stride: unknown
  padding: unknown
  /** Which of the two operands get a gradient; neither where no graph was recorded. */
  gradients: readonly [boolean, boolean]
  /** How often a step does it. */
  count: number
}

type Geometry = (args: readonly unknown[]) => readonly [stride: unknown, padding: unknown]

/** The operators that count, and how a convolution's stride and padding are read from its arguments. */
const WATCHED: Readonly<Record<string, { operator: Work['operator']; geometry?: Geometry }>> = {
  'aten::conv2d': { operator: 'conv2d', geometry: (args) => [args[3] ?? 1, args[4] ?? 0] },
  'selfsame::first_conv2d': { operator: 'conv2d', geometry: (args) => [args[2], args[3]] },
  'selfsame::conv3x3': { operator: 'conv2d', geometry: () => [1, 1] },
  'aten::linear': { operator: 'linear' },
  'aten::matmul': { operator: 'matmul' },
}

/** All convolutions and products of one step, equal ones counted together. */
export async function workOf(prepared: Prepared): Promise<Work[]> {
  const batch = await firstBatch(prepared)
  return await withState(prepared, (state) => watch(state, prepared, batch))
}

function watch(
  state: TrainingState,
  { settings, source }: Prepared,
  batch: Awaited<ReturnType<typeof firstBatch>>,
): Work[] {
  const found = new Map<string, Work>()
  const plan = planRun(settings, source.size)
  const note = (name: string, args: readonly unknown[]) => {
    const watched = WATCHED[name]
    if (!watched) return
    const operands = args.slice(0, 2).filter((one) => one instanceof Tensor)
    const recorded = gradEnabled()
    const [a, b] = operands.map((one) => recorded && one.requiresGrad)
    const [stride, padding] = watched.geometry?.(args) ?? []
    const work: Work = {
      operator: watched.operator,
      shapes: operands.map(({ shape }) => shape),
      stride,
      padding,
      gradients: [a ?? false, b ?? false],
      count: 0,
    }
    const key = JSON.stringify(work)
    const known = found.get(key) ?? work
    found.set(key, { ...known, count: known.count + 1 })
  }
  scope(() => {
    const inputs = [prepareInputs(state, batch, plan)]
    observeCalls(note, () => new Stepper(state, plan).start(inputs))
  })
  return [...found.values()]
}

const LAYOUTS: readonly MemoryFormat[] = ['channels_last', 'contiguous']

/**
 * Seconds that a step's operations take, forward and backward, each in its faster memory layout.
 * @param secondsEach for timing each operation in each layout. On a machine so slow that warming up takes all of the time, what is left
 * is timed in one layout by its warm-up
 */
export function timeWork(works: readonly Work[], dtype: DType, secondsEach: number): number {
  const end = performance.now() + 1000 * Math.max(SHORT_SECONDS, 2 * secondsEach * works.length)
  return works.reduce((sum, work) => {
    let least = Infinity
    for (const layout of work.operator === 'conv2d' ? LAYOUTS : (['contiguous'] as const))
      if (least === Infinity || performance.now() < end)
        least = Math.min(least, timeOne(work, dtype, layout, secondsEach, end))
    return sum + work.count * least
  }, 0)
}

/** @param end of the time for all operations: from then on the warm-up is the measurement */
function timeOne(work: Work, dtype: DType, layout: MemoryFormat, seconds: number, end: number): number {
  const { gradients } = work
  return scope(() => {
    const [x, weight] = work.shapes.map((shape, i) => {
      const one = ops.randn([...shape]).to(dtype)
      const laid = shape.length === 4 ? one.contiguous({ memory_format: layout }) : one
      return gradients[i] ? laid.detach().setRequiresGrad() : laid
    }) as [Tensor, Tensor]
    const wanted = [x, weight].filter((_, i) => gradients[i])
    const run = () => compute(work, x, weight)
    const gradient = scope(() => noGrad(() => ops.randn_like(run())))
    const once = () =>
      scope(() => {
        if (wanted.length === 0) noGrad(run)
        else grad(run(), wanted, { gradient })
      })
    let began = performance.now()
    once()
    waitForDevice()
    if (performance.now() > end) return (performance.now() - began) / 1000
    began = performance.now()
    let times = 0
    do {
      once()
      times++
    } while (performance.now() - began < 1000 * seconds)
    waitForDevice()
    return (performance.now() - began) / 1000 / times
  })
}

/** A GPU computes after the call has returned; reading a number waits for all that was called before. */
function waitForDevice(): void {
  scope(() => ops.zeros([]).item())
}

function compute({ operator, stride, padding }: Work, x: Tensor, weight: Tensor): Tensor {
  if (operator === 'linear') return ops.linear(x, weight)
  if (operator === 'matmul') return ops.matmul(x, weight)
  return ops.conv2d(x, weight, { stride: stride as number, padding: padding as number })
}
