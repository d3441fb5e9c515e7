/** Copies of known kinds beside the pictures that they are of, to be found again. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import sharp from 'sharp'
import { randomFrom } from '../../dist/use/numeric/random.js'
import { withTime } from './exif.mjs'

/** Where a share is cut off both sides, at any place. */
function cropped(share) {
  return async ({ image, width, height, random }) => {
    const [w, h] = [Math.round(width * (1 - share)), Math.round(height * (1 - share))]
    const left = Math.floor(random() * (width - w + 1))
    const top = Math.floor(random() * (height - h + 1))
    return image.extract({ left, top, width: w, height: h }).jpeg({ quality: 85 })
  }
}

const scaled =
  (share) =>
  async ({ image, width }) =>
    image.resize({ width: Math.max(8, Math.round(width * share)) }).jpeg({ quality: 85 })

/** What is done to a picture; all but the first three are written as JPEG of quality 85. */
export const KINDS = {
  'JPEG 85': async ({ image }) => image.jpeg({ quality: 85 }),
  'JPEG 60': async ({ image }) => image.jpeg({ quality: 60 }),
  'JPEG 30': async ({ image }) => image.jpeg({ quality: 30 }),
  'scaled to 50 %': scaled(0.5),
  'scaled to 25 %': scaled(0.25),
  'cropped by 5 %': cropped(0.05),
  'cropped by 10 %': cropped(0.1),
  'cropped by 20 %': cropped(0.2),
  'cropped by 30 %': cropped(0.3),
  mirrored: async ({ image }) => image.flop().jpeg({ quality: 85 }),
  'turned by 90°': async ({ image }) => image.rotate(90).jpeg({ quality: 85 }),
  'turned by 2°': straightened,
  'brighter by 25 %': async ({ image }) => image.modulate({ brightness: 1.25 }).jpeg({ quality: 85 }),
  grey: async ({ image }) => image.greyscale().jpeg({ quality: 85 }),
}

/** Turned, and the largest part of the same shape kept that has no corner outside. */
async function straightened({ file, width, height }) {
  const angle = (2 * Math.PI) / 180
  const long = Math.max(width, height) / Math.min(width, height)
  const share = 1 / (Math.cos(angle) + long * Math.sin(angle))
  const turned = await sharp(file).rotate(2).png().toBuffer({ resolveWithObject: true })
  const [w, h] = [Math.floor(width * share), Math.floor(height * share)]
  return sharp(turned.data)
    .extract({
      left: Math.floor((turned.info.width - w) / 2),
      top: Math.floor((turned.info.height - h) / 2),
      width: w,
      height: h,
    })
    .jpeg({ quality: 85 })
}

/**
 * Another moment: the hand moved by up to 2 % and 0.3 degrees, a third of the picture around some place was drawn to one side
 * by 6 % of the width, and the sensor made other noise.
 */
async function nextMoment({ file, width, height, random }) {
  const { data, info } = await sharp(file)
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  const { channels } = info
  const out = Buffer.alloc(data.length)
  const angle = ((random() - 0.5) * 0.6 * Math.PI) / 180
  const [dx, dy] = [(random() - 0.5) * 0.04 * width, (random() - 0.5) * 0.04 * height]
  const [cx, cy] = [width * (0.35 + 0.3 * random()), height * (0.35 + 0.3 * random())]
  const towards = 2 * Math.PI * random()
  const reach = 0.06 * width
  const spread = 0.18 * Math.min(width, height)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const pull = Math.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * spread ** 2)) * reach
      const [u, v] = [x - width / 2, y - height / 2]
      const sx = width / 2 + Math.cos(angle) * u - Math.sin(angle) * v + dx + pull * Math.cos(towards)
      const sy = height / 2 + Math.sin(angle) * u + Math.cos(angle) * v + dy + pull * Math.sin(towards)
      const left = Math.min(width - 2, Math.max(0, Math.floor(sx)))
      const top = Math.min(height - 2, Math.max(0, Math.floor(sy)))
      const fx = Math.min(1, Math.max(0, sx - left))
      const fy = Math.min(1, Math.max(0, sy - top))
      for (let c = 0; c < channels; c++) {
        const at = (r, s) => data[(r * width + s) * channels + c]
        const value =
          (1 - fy) * ((1 - fx) * at(top, left) + fx * at(top, left + 1)) +
          fy * ((1 - fx) * at(top + 1, left) + fx * at(top + 1, left + 1))
        const noise = (random() + random() + random() - 1.5) * 8
        out[(y * width + x) * channels + c] = Math.min(255, Math.max(0, Math.round(value + noise)))
      }
    }
  return sharp(out, { raw: { width, height, channels } }).jpeg({ quality: 90 })
}

/** All picture files below a folder, in the order of their names. */
export function filesIn(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(jpe?g|png)$/i.test(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)))
    .sort()
}

/**
 * Writes all of `from` and, for `count` of them at even distances, a copy of each kind and two later moments: one that has its
 * time, as its original then has, and one that has none.
 * @returns paths in `to`, of the originals and of what was made: kind and original
 */
export async function plant(from, to, count, seed = 0) {
  const files = filesIn(from)
  const random = randomFrom(seed)
  const chosen = new Set(
    Array.from({ length: count }, (_, i) => files[Math.floor(((i + 0.5) * files.length) / count)]),
  )
  const made = []
  let clock = Date.UTC(2024, 0, 1)
  for (const [number, path] of files.entries()) {
    const file = readFileSync(join(from, path))
    clock += 3_600_000
    // as cameras have it: every picture tells when it was taken
    write(join(to, 'originals', path), number % 2 === 0 ? withTime(file, clock) : file)
    if (!chosen.has(path)) continue
    const { width, height } = await sharp(file).metadata()
    const name = `${String(number).padStart(5, '0')}-${basename(path)}`
    for (const [kind, change] of Object.entries(KINDS)) {
      const bytes = await (await change({ image: sharp(file), file, width, height, random })).toBuffer()
      const at = join('copies', kind.replaceAll(/\W+/g, '-'), name)
      write(join(to, at), bytes)
      made.push({ path: at, kind, original: join('originals', path) })
    }
    const moment = await (await nextMoment({ file, width, height, random })).toBuffer()
    const timed = number % 2 === 0
    const at = join('copies', timed ? 'burst' : 'burst-without-time', name)
    write(join(to, at), timed ? withTime(moment, clock + 1000) : moment)
    made.push({ path: at, kind: timed ? 'burst' : 'burst without time', original: join('originals', path) })
  }
  writeFileSync(join(to, 'planted.json'), JSON.stringify(made))
  return made
}

function write(path, bytes) {
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, bytes)
}
