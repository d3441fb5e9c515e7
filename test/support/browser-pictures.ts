/** Pictures of which Node and browsers must make the same, in the formats that people have. */
import { join } from 'node:path'
import sharp, { type Sharp } from 'sharp'

/** Light, edges and grain, as in a photograph; the same each time. */
function scene(width: number, height: number): Buffer {
  const data = Buffer.alloc(width * height * 3)
  let state = 1
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      const grain = (state >>> 24) / 16 - 8
      const wave = 60 * Math.sin((19 * x) / width + 5 * Math.cos((11 * y) / height))
      const edge = (Math.floor((9 * x) / width) + Math.floor((7 * y) / height)) % 2 ? 40 : -40
      for (let c = 0; c < 3; c++) data[at++] = Math.max(0, Math.min(255, 128 + wave + edge * (c - 1) + grain))
    }
  }
  return data
}

/**
 * How far the vectors of each may lie apart: `exact` where decoders agree to the bit, `shrunk` of what Node shrinks as it decodes,
 * `near` where they round otherwise.
 */
export type Likeness = 'exact' | 'shrunk' | 'near'

export async function writePictures(folder: string): Promise<Record<string, Likeness>> {
  const small = { width: 300, height: 262 }
  const photo = () => sharp(scene(small.width, small.height), { raw: { ...small, channels: 3 } })
  const large = () => sharp(scene(4000, 3000), { raw: { width: 4000, height: 3000, channels: 3 } })
  const board = Buffer.from({ length: 512 * 512 }).map((_, i) => ((i + (i >> 9)) % 2 ? 255 : 0))
  const checkers = () => sharp(board, { raw: { width: 512, height: 512, channels: 1 } })
  const made: Record<string, [Likeness, Sharp]> = {
    'photo.jpg': ['exact', photo().jpeg({ quality: 85 })],
    'progressive.jpg': ['exact', photo().jpeg({ quality: 85, progressive: true })],
    'fine-colours.jpg': ['exact', photo().jpeg({ quality: 85, chromaSubsampling: '4:4:4' })],
    'grey.jpg': ['exact', photo().greyscale().jpeg()],
    'turned.jpg': ['exact', photo().withMetadata({ orientation: 6 }).jpeg()],
    'photo.png': ['exact', photo().png()],
    'wide.png': ['exact', photo().toColourspace('rgb16').png()],
    'photo.webp': ['exact', photo().webp()],
    'checkerboard.png': ['exact', checkers().png()],
    'checkerboard.jpg': ['exact', checkers().jpeg({ quality: 95 })],
    'dot.png': ['exact', photo().resize(1, 1).png()],
    '12-megapixels.jpg': ['shrunk', large().jpeg({ quality: 92 })],
    '12-megapixels-turned.jpg': ['shrunk', large().withMetadata({ orientation: 8 }).jpeg({ quality: 92 })],
    'half-opaque.png': ['near', photo().ensureAlpha(0.5).png()],
    'profile.jpg': ['near', photo().withIccProfile('p3').jpeg()],
    'photo.avif': ['near', photo().avif()],
  }
  for (const [name, [, picture]] of Object.entries(made)) await picture.toFile(join(folder, name))
  return Object.fromEntries(Object.entries(made).map(([name, [likeness]]) => [name, likeness]))
}
