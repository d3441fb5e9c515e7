/** The target network: an exponential moving average (EMA) of the online one, or the online network itself. */
import { type Amount, addScaled, complement, scale } from '../nn/amount.js'
import { cosine } from '../nn/schedule.js'
import { noGrad, scope, type Tensor } from '../torch/index.js'
import type { TargetSpec } from './settings-schema.js'

/** An EMA target. */
export function ema(
  tau: number,
  schedule: 'cosine' | 'constant' = 'cosine',
  start: 'own' | 'copy' = 'copy',
): TargetSpec {
  return { from: 'follower', tau, schedule, start }
}

/** A random network that never moves. */
export const FROZEN = ema(1, 'constant', 'own')
/** The online network as it was a step ago. */
export const HARD_COPY = ema(0, 'constant')
/** The online network, learning from both sides of every comparison. */
export const ITSELF: TargetSpec = { from: 'self', stopGradient: false }
/** The online network, its targets constants to the gradient (SimSiam). */
export const STOP_GRADIENT: TargetSpec = { from: 'self', stopGradient: true }

/** tau of update `step`, counted from 0, of `total`: `1 - (1 - tau) (1 + cos(pi step / total)) / 2`. Grill et al. 2020, section 3.2. */
export function tauAt(
  { tau, schedule }: { tau: number; schedule: 'cosine' | 'constant' },
  step: number,
  total: number,
): number {
  return schedule === 'constant' ? tau : 1 - (1 - tau) * cosine(step / total)
}

/** `target = tau * target + (1 - tau) * online`, in place, parameter by parameter. */
export function emaUpdate(target: readonly Tensor[], online: readonly Tensor[], tau: Amount): void {
  scope(() =>
    noGrad(() => {
      scale(target, tau)
      addScaled(target, online, complement(tau))
    }),
  )
}
