/** Which learning rate, weight decay and number of epochs: the sweep of a fine-tuning protocol, and how it is cut short. */

/** What is searched: all combinations. */
export interface TuningGrid {
  /** Highest learning rates of SGD. */
  learningRates: readonly number[]
  /** L2 decays. */
  weightDecays: readonly number[]
  /** Passes over the labelled pictures. */
  epochs: readonly number[]
}

/** One combination. */
export interface TuningPoint {
  learningRate: number
  weightDecay: number
  epochs: number
}

/** How well a point did on the held-out pictures. */
export interface Trial {
  point: TuningPoint
  /** The share of its epochs that it was trained for. */
  length: number
  /** Share of right answers. */
  heldOut: number
  /** Mean cross-entropy, which tells equals apart; infinity where training diverged. */
  loss: number
}

/** A round of a sweep: how long each point trains, as a share of its epochs, and how many go on to the next round. */
export interface Round {
  length: number
  keep: number
  /** Begins with the point in the middle and goes on to the side that is better while it is: for a line with one hill. */
  climb?: boolean
}

/** All combinations. */
export function pointsOf({ learningRates, weightDecays, epochs }: TuningGrid): TuningPoint[] {
  return epochs.flatMap((count) =>
    weightDecays.flatMap((weightDecay) =>
      learningRates.map((learningRate) => ({ learningRate, weightDecay, epochs: count })),
    ),
  )
}

/**
 * Successive halving (Jamieson & Talwalkar 2016, arXiv 1502.07943): in every round each of the points left is tried anew
 * with the whole schedule pressed into `length` of its epochs, and the best go on. One round of length 1 is the full sweep.
 * @returns all trials, in turn; the last round's best is the choice
 */
export async function sweep(
  points: readonly TuningPoint[],
  rounds: readonly Round[],
  trial: (point: TuningPoint, length: number) => Promise<Pick<Trial, 'heldOut' | 'loss'>>,
): Promise<{ chosen: TuningPoint; trials: Trial[] }> {
  const trials: Trial[] = []
  let left = [...points]
  for (const { length, keep, climb } of left.length > 1 ? rounds : []) {
    const found: Trial[] = []
    const attempt = async (at: number) => {
      const point = left[at] as TuningPoint
      const one = { point, length, ...(await trial(point, length)) }
      found.push(one)
      return one
    }
    if (climb) await climbing(left.length, attempt)
    else for (const at of left.keys()) await attempt(at)
    trials.push(...found)
    left = found
      .sort(better)
      .slice(0, keep)
      .map(({ point }) => point)
  }
  return { chosen: left[0] as TuningPoint, trials }
}

async function climbing(count: number, attempt: (at: number) => Promise<Trial>): Promise<void> {
  const middle = Math.floor(count / 2)
  const first = await attempt(middle)
  for (const step of [-1, 1]) {
    let top = first
    for (let at = middle + step; at >= 0 && at < count; at += step) {
      const next = await attempt(at)
      if (better(next, top) > 0) break
      top = next
    }
    // what lies on the other side is lower than the first
    if (top !== first) return
  }
}

/** Epochs that a sweep takes at most: which points go on, and where the climb ends, shows only on the way. */
export function epochsOf(points: readonly TuningPoint[], rounds: readonly Round[]): number {
  const mean = points.reduce((sum, { epochs }) => sum + epochs, 0) / points.length
  let left = points.length
  let sum = 0
  for (const { length, keep } of left > 1 ? rounds : []) {
    sum += left * length * mean
    left = Math.min(left, keep)
  }
  return sum
}

/** What diverged may be right by chance, where one class has most of the pictures. */
function better(a: Trial, b: Trial): number {
  const sound = ({ loss }: Trial) => Number(Number.isFinite(loss))
  return sound(b) - sound(a) || b.heldOut - a.heldOut || a.loss - b.loss
}
