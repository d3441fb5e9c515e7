/** Who gives the answer: a network that follows the online one. */
import { cosine } from '../nn/schedule.js'
import { noGrad, ops, scope, type Tensor } from '../torch/index.js'

export interface TargetSpec {
  /** Share of itself the target keeps at each step: 1 is a frozen random network, 0 a copy of the online one. */
  tau: number
  /** `cosine` raises tau to 1 at the end of training. */
  schedule: 'cosine' | 'constant'
}

/** tau after `step` of `total` steps: `1 - (1 - tau) (1 + cos(pi step / total)) / 2`. Grill et al. 2020, section 3.2. */
export function tauAt({ tau, schedule }: TargetSpec, step: number, total: number): number {
  return schedule === 'constant' ? tau : 1 - (1 - tau) * cosine(step / total)
}

/** `target = tau * target + (1 - tau) * online`, in place, parameter by parameter. */
export function follow(target: readonly Tensor[], online: readonly Tensor[], tau: number): void {
  scope(() =>
    noGrad(() => {
      ops._foreach_mul_(target, tau)
      ops._foreach_add_(target, online, { alpha: 1 - tau })
    }),
  )
}
