/** Schedules are pure functions of the step, so that a resumed run needs no state for them. */

/** Half a cosine from 1 (at 0) to 0 (at 1); constant outside. */
export function cosine(progress: number): number {
  return 0.5 * (1 + Math.cos(Math.PI * Math.min(1, Math.max(0, progress))))
}

export interface WarmupCosine {
  /** The highest value. */
  base: number
  /** Steps of linear rise from 0; the value at step `warmup` is `base`. */
  warmup: number
  /** Step at which `final` is reached. */
  total: number
  final?: number
}

/** Linear warm-up, then a cosine to `final` (default 0). Goyal et al. 2017, Loshchilov & Hutter 2017. */
export function warmupCosine(step: number, { base, warmup, total, final = 0 }: WarmupCosine): number {
  if (step < warmup) return (base * step) / warmup
  return final + (base - final) * cosine((step - warmup) / Math.max(1, total - warmup))
}
