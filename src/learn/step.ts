/** One optimiser step: views, both networks, the loss, gradients, the optimiser, then the target. */
import type { Packed } from '../images/batches.js'
import { type Pass, TRAIN } from '../nn/index.js'
import { autocast, grad, noGrad, ops, scope, type Tensor } from '../torch/index.js'
import { applyViews, drawViews } from './augment/apply.js'
import { standardize } from './encoder/input.js'
import type { Method } from './method.js'
import type { Branch, TrainingState } from './state.js'
import { follow, tauAt } from './target.js'

export interface StepContext {
  epoch: number
  learningRate: number
  /** Steps of the whole run, for the tau schedule. */
  totalSteps: number
}

export interface StepResult {
  loss: number
  tau: number
  /** Float32 projections `[N, d]` of each view by the online network, from the last part of the batch. The caller frees them. */
  projections: Tensor[]
}

/**
 * Takes one step with a batch given in `accumulate` equal parts: gradients are averaged over the parts, and the
 * optimiser and the target move once.
 */
export function takeStep(
  state: TrainingState,
  method: Method,
  parts: readonly Packed[],
  { epoch, learningRate, totalSteps }: StepContext,
): StepResult {
  const { settings, optimizer, trained, followed } = state
  return scope(() => {
    const sums: (Tensor | null)[] = trained.map(() => null)
    let loss = 0
    let projections: Tensor[] = []
    for (const part of parts) {
      const views = settings.views.map((view, number) =>
        applyViews(
          view,
          drawViews(view, part, { seed: settings.seed, epoch, view: number }),
          part,
          settings.size,
        ),
      )
      const result = lossAndGradients(state, method, views, sums, 1 / parts.length)
      loss += result.loss
      projections = result.projections
    }
    optimizer.step(sums, learningRate)
    state.step++
    const tau = tauAt(settings.target, state.step, totalSteps)
    follow(followed.target, followed.online, tau)
    return { loss, tau, projections }
  })
}

/**
 * Adds `weight` times the gradients of the loss of one part to `sums`.
 * Each view's terms are differentiated before the next view is computed: half the memory, the same sum.
 */
export function lossAndGradients(
  { settings, online, target, trained }: TrainingState,
  method: Pick<Method, 'loss' | 'similarity'>,
  views: readonly Tensor[],
  sums: (Tensor | null)[],
  weight: number,
): { loss: number; projections: Tensor[] } {
  const { loss, similarity } = method
  return scope(() => {
    const inputs = views.map(standardize)
    const answers = inputs.map((x) =>
      scope(() => noGrad(() => mixed(settings.precision, () => project(target, x, TRAIN)))),
    )
    let total = 0
    const projections = inputs.map((x, i) =>
      scope(() => {
        const [projection, prediction] = mixed(settings.precision, () => {
          const z = project(online, x, TRAIN)
          return [z, online.predictor ? online.predictor.forward(z, TRAIN) : z]
        }) as [Tensor, Tensor]
        const terms = answers.flatMap((answer, j) =>
          j === i ? [] : [loss.compute(prediction, answer, similarity)],
        )
        const sum = terms.reduce((a, b) => a.add(b)).mul(weight)
        accumulate(sums, grad(sum, trained))
        total += sum.item()
        return { projection: projection.detach(), sums }
      }),
    )
    return { loss: total, projections: projections.map(({ projection }) => projection), sums }
  })
}

function project({ encoder, projector }: Branch, x: Tensor, pass: Pass): Tensor {
  return projector.forward(encoder.forward(x, pass), pass)
}

/** Networks in mixed precision, results in float32 so that losses and norms keep their digits. */
function mixed<T extends Tensor | Tensor[]>(precision: 'float32' | 'bfloat16', body: () => T): T {
  const result = autocast(precision, body)
  return (Array.isArray(result) ? result.map((tensor) => tensor.to('float32')) : result.to('float32')) as T
}

function accumulate(sums: (Tensor | null)[], gradients: readonly (Tensor | null)[]): void {
  const both: [Tensor[], Tensor[]] = [[], []]
  for (const [i, gradient] of gradients.entries()) {
    const sum = sums[i]
    if (sum && gradient) {
      both[0].push(sum)
      both[1].push(gradient)
    } else {
      sums[i] = sum ?? gradient
    }
  }
  if (both[0].length > 0) noGrad(() => ops._foreach_add_(both[0], both[1]))
}
