/** Small folders of pictures that tests make themselves: coloured shapes, so that there is something to learn. */
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import sharp from 'sharp'

const SHAPES = [
  (s: number) => `<circle cx="${s / 2}" cy="${s / 2}" r="${s / 3}"/>`,
  (s: number) => `<rect x="${s / 4}" y="${s / 4}" width="${s / 2}" height="${s / 2}"/>`,
  (s: number) => `<path d="M${s / 2} ${s / 6} L${s * 0.85} ${s * 0.8} L${s * 0.15} ${s * 0.8} Z"/>`,
]

/** Writes `count` pictures of mixed sizes, in class folders when asked. Returns their paths. */
export async function drawPictures(folder: string, count: number, classes = false): Promise<string[]> {
  // our reader forbids it in its process
  sharp.unblock({ operation: ['VipsForeignLoadSvg'] })
  const paths: string[] = []
  for (let i = 0; i < count; i++) {
    const kind = i % SHAPES.length
    const size = 24 + ((i * 7) % 17)
    const hue = (i * 47) % 360
    const shape = SHAPES[kind]?.(size)
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${size + (i % 5)}" height="${size}"><rect width="100%" height="100%" fill="hsl(${(hue + 180) % 360},40%,${30 + (i % 4) * 15}%)"/><g fill="hsl(${hue},80%,55%)">${shape}</g></svg>`
    const path = join(
      folder,
      ...(classes ? [`class-${kind}`] : []),
      `picture-${String(i).padStart(4, '0')}.png`,
    )
    mkdirSync(dirname(path), { recursive: true })
    await sharp(Buffer.from(svg)).png().toFile(path)
    paths.push(path)
  }
  return paths
}
