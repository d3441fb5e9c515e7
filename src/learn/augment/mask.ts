/** Which patches of a view the online network does not see. */
import { below, type Draw, permutation, uniform } from '../../encode/random.js'
import type { MaskSpec } from '../settings-schema.js'

/** A mask over `grid * grid` patches, row by row: 1 where hidden. */
export function drawMask({ kind, probability, share }: MaskSpec, draw: Draw, grid: number): Uint8Array {
  const mask = new Uint8Array(grid * grid)
  const masked = draw() < probability
  const count = Math.round(uniform(draw, ...share) * mask.length)
  if (masked) (kind === 'random' ? scatter : placeBlocks)(mask, count, draw, grid)
  return mask
}

/** Single patches: He et al. 2021 (arXiv 2111.06377). */
function scatter(mask: Uint8Array, count: number, draw: Draw): void {
  for (const patch of permutation(draw, mask.length).subarray(0, count)) mask[patch] = 1
}

/** Aspect of a block, from lying to standing. */
const ASPECT = [0.3, 1 / 0.3] as const
const LEAST_BLOCK = 2
const ATTEMPTS = 10

/** Rectangles until the count is reached: Bao et al. 2021 (arXiv 2106.08254), algorithm 1. */
function placeBlocks(mask: Uint8Array, count: number, draw: Draw, grid: number): void {
  let hidden = 0
  for (let failures = 0; hidden < count && failures < ATTEMPTS; ) {
    const area = uniform(draw, Math.min(LEAST_BLOCK, count - hidden), count - hidden)
    const aspect = Math.exp(uniform(draw, Math.log(ASPECT[0]), Math.log(ASPECT[1])))
    const h = Math.min(grid, Math.max(1, Math.round(Math.sqrt(area * aspect))))
    const w = Math.min(grid, Math.max(1, Math.round(Math.sqrt(area / aspect))))
    const [top, left] = [below(draw, grid - h + 1), below(draw, grid - w + 1)]
    const before = hidden
    for (let y = top; y < top + h; y++) {
      for (let x = left; x < left + w && hidden < count; x++) {
        if (!mask[y * grid + x]) hidden++
        mask[y * grid + x] = 1
      }
    }
    if (hidden === before) failures++
  }
}
