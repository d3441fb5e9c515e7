/** What a vision transformer looks at, as a picture: Caron et al. 2021, DINO (arXiv 2104.14294), figures 1 and 3. */
import sharp from 'sharp'
import { SelfsameError } from '../errors.js'
import type { Picture } from '../images/index.js'
import { ops, scope, type Tensor } from '../torch/index.js'
import { viridis } from './viridis.js'

export interface AttentionSheetOptions {
  /**
   * Shows only the patches that together hold this share of a map's attention, the strongest first, the others as nothing;
   * DINO's figures use 0.6. All by default.
   */
  mass?: number
  /** Whole number that every pixel is enlarged by; by default tiles come near 224 px. */
  enlarge?: number
}

/** Tiles of small pictures are enlarged up to this side. */
const TILE = 224
/** White between the tiles, in pixels. */
const GAP = 4

/**
 * One row for each picture: itself, then what its class token attends to, as the mean over the heads and head by head. Each
 * map has the picture's size and goes from dark (0) to yellow (its own maximum).
 *
 * @param pictures N pictures of one size, as the encoder saw them but not standardised
 * @param attention `[N, heads, 1 + L, 1 + L]`, from a `TokenEncoder`'s `attention`; the L patches row by row
 * @returns a PNG file
 * @throws SelfsameError when the attention does not fit the pictures, or an option is out of its range
 */
export async function attentionSheet(
  pictures: readonly Picture[],
  attention: Tensor,
  { mass = 1, enlarge }: AttentionSheetOptions = {},
): Promise<Buffer> {
  const [first] = pictures
  const heads = attention.shape[1] as number
  const grid = check(pictures, attention)
  if (!first || !(mass > 0 && mass <= 1)) {
    throw new SelfsameError(`the share of attention to show must be above 0 and at most 1, but got ${mass}`)
  }
  const { width, height } = first
  const factor = enlarge ?? Math.max(1, Math.floor(TILE / Math.max(width, height)))
  if (!Number.isInteger(factor) || factor < 1) {
    throw new SelfsameError(`pixels can be enlarged by a whole number from 1 on, but got ${enlarge}`)
  }
  const tile = (values: Uint8Array, across: number, down: number, channels: 1 | 3) =>
    sharp(values, { raw: { width: across, height: down, channels } })
      .resize(width * factor, height * factor, { kernel: 'nearest', fit: 'fill' })
      .toColourspace('srgb')
      .png({ compressionLevel: 0 })
      .toBuffer()
  const maps = classMaps(attention)
  const patches = grid.rows * grid.columns
  const tiles: Buffer[] = []
  for (const [row, { data, channels }] of pictures.entries()) {
    tiles.push(await tile(data as Uint8Array, width, height, channels as 1 | 3))
    for (let map = 0; map <= heads; map++) {
      const begin = (row * (heads + 1) + map) * patches
      const values = scaled(maps.subarray(begin, begin + patches), mass)
      const colours = Uint8Array.from(Array.from(values, viridis).flat())
      tiles.push(await tile(colours, grid.columns, grid.rows, 3))
    }
  }
  const join = { across: heads + 2, shim: GAP, background: '#ffffff' }
  return sharp(tiles, { join }).png().toBuffer()
}

/** Patches down and across a picture. */
function check(pictures: readonly Picture[], attention: Tensor): { rows: number; columns: number } {
  const { shape } = attention
  const [count, , tokens = 0, others] = shape
  const { width, height } = pictures[0] ?? { width: 0, height: 0 }
  const rows = Math.round(Math.sqrt(((tokens - 1) * height) / width))
  const columns = (tokens - 1) / rows
  const square = shape.length === 4 && tokens === others && height / rows === width / columns
  const alike = pictures.every((picture) => picture.width === width && picture.height === height)
  if (square && alike && count === pictures.length && Number.isInteger(columns)) return { rows, columns }
  throw new SelfsameError(
    `a sheet needs pictures of one size and for each its attention [heads, 1 + patches, 1 + patches], but got ${pictures.length} pictures and attention [${shape.join(', ')}]`,
  )
}

/** The class token's attention to the patches, `[N, 1 + heads, L]` row by row: the mean over the heads first. */
function classMaps(attention: Tensor): Float32Array {
  return scope(() => {
    const patches = (attention.shape[3] as number) - 1
    const heads = attention.to('float32').select(2, 0).narrow(2, 1, patches)
    return ops.cat([heads.mean([1], true), heads], 1).toFloat32()
  })
}

/** From 0 to 1 at the maximum; what lies beyond the share `mass` of the sum becomes 0. */
function scaled(map: Float32Array, mass: number): Float32Array {
  const sum = map.reduce((total, value) => total + value, 0)
  const order = Array.from(map.keys()).sort((a, b) => (map[b] as number) - (map[a] as number))
  const most = map[order[0] as number] as number
  const shown = new Float32Array(map.length)
  let larger = 0
  for (const at of order) {
    const value = map[at] as number
    // the patch that crosses the share still counts, as in DINO's script
    if (larger < mass * sum) shown[at] = value / most
    larger += value
  }
  return shown
}
