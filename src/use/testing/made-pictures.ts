/** Pictures of chance with edges and areas, for tests. */
import sharp from 'sharp'
import { randomFrom } from '../numeric/random.js'

/** A PNG of overlapping ellipses. */
export async function madePicture(seed: number, width = 240, height = 180): Promise<Buffer> {
  const random = randomFrom(seed)
  const colour = () => [0, 1, 2].map(() => Math.floor(256 * random()))
  const data = new Uint8Array(3 * width * height)
  const paint = (x: number, y: number, of: number[]) => data.set(of, 3 * (y * width + x))
  const ground = colour()
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) paint(x, y, ground)
  for (let shape = 0; shape < 30; shape++) {
    const [cx, cy, rx, ry] = [random() * width, random() * height, 4 + random() * 40, 4 + random() * 30]
    const of = colour()
    for (let y = Math.max(0, Math.floor(cy - ry)); y < Math.min(height, cy + ry); y++)
      for (let x = Math.max(0, Math.floor(cx - rx)); x < Math.min(width, cx + rx); x++)
        if (((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 < 1) paint(x, y, of)
  }
  return await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer()
}

/** As an index keeps it. */
export async function thumbnailOf(picture: Uint8Array): Promise<Buffer> {
  return await sharp(picture)
    .resize(96, 96, { fit: 'inside', withoutEnlargement: true })
    .jpeg({ quality: 80 })
    .toBuffer()
}
