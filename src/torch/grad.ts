import { deviceInUse } from './device.js'
import { native } from './native.js'
import { Tensor } from './tensor.js'
import { type Device, type DType, dtypeCode } from './types.js'

export interface GradOptions {
  /** Gradients of something with respect to `loss`, of the same shape; default 1 (then `loss` must be one number). */
  gradient?: Tensor
  /** Keeps the graph for a second `grad()` over it. */
  retainGraph?: boolean
  /** Makes the gradients differentiable themselves. */
  createGraph?: boolean
}

/**
 * Gradients of `loss` (float, one element unless `options.gradient` is given) with respect to each of `parameters`, in
 * their order, shapes and dtypes. A parameter that `loss` does not depend on gets `null`.
 * @throws Error when no graph was recorded (inside `noGrad`, or nothing requires a gradient)
 */
export function grad(
  loss: Tensor,
  parameters: readonly Tensor[],
  options: GradOptions = {},
): (Tensor | null)[] {
  const { gradient, createGraph = false, retainGraph = createGraph } = options
  const ids = native().grad(
    [loss.id],
    parameters.map((parameter) => parameter.id),
    gradient ? [gradient.id] : [],
    retainGraph,
    createGraph,
    true,
  )
  return ids.map((id) => (id === null ? null : new Tensor(id)))
}

/** Runs `body` without recording a graph: faster, and no memory is held for gradients. */
export function noGrad<T>(body: () => T): T {
  const before = native().setGradEnabled(false)
  try {
    return body()
  } finally {
    native().setGradEnabled(before)
  }
}

/** Whether a graph is recorded now. */
export function gradEnabled(): boolean {
  const enabled = native().setGradEnabled(true)
  native().setGradEnabled(enabled)
  return enabled
}

/**
 * Runs `body` in mixed precision: convolutions and matrix products compute in `dtype`, sums and losses in float32, as
 * libtorch's autocast lists say. `'float32'` runs it unchanged.
 */
export function autocast<T>(
  dtype: 'bfloat16' | 'float16' | 'float32',
  body: () => T,
  device: Device = deviceInUse(),
): T {
  return dtype === 'float32' ? body() : nested(dtype, true, body, device)
}

/**
 * Lets all `autocast` within `body` share what they cast of a parameter, instead of each casting it anew. Nothing is cast by this
 * alone. Within it no parameter may change, nor be used without a graph before it is used with one.
 */
export function castOnce<T>(
  dtype: 'bfloat16' | 'float16' | 'float32',
  body: () => T,
  device: Device = deviceInUse(),
): T {
  return dtype === 'float32' ? body() : nested(dtype, casting, body, device)
}

let casting = false

function nested<T>(dtype: DType, enabled: boolean, body: () => T, device: Device): T {
  const cuda = device.startsWith('cuda')
  const before = casting
  native().enterAutocast(cuda, dtypeCode(dtype), enabled)
  casting = enabled
  try {
    return body()
  } finally {
    casting = before
    native().leaveAutocast(cuda, dtypeCode(dtype), before)
  }
}
