/** What losses that search among the pictures of a batch share. */
import { ops, type Tensor } from '../../torch/index.js'
import type { World } from '../world.js'

/** A logit that no exponential comes back from. */
export const NEVER = -1e9

/** Int64 `[count]`: where this rank's rows stand among those gathered from all. */
export function ownPlaces(count: number, { rank }: World): Tensor {
  return ops.arange(count).add(rank * count)
}

/** Bool `[count, size * count]`: which candidate is the row itself. */
export function itself(count: number, world: World): Tensor {
  return ownPlaces(count, world)
    .unsqueeze(1)
    .eq(ops.arange(count * world.size).unsqueeze(0))
}
