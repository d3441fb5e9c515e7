// Snippets of documents as a scanner sees them, labelled by what they are: paper, ink, place, turn, stains and dust are
// drawn alike for all classes.
import { spawnSync } from 'node:child_process'
import sharp from 'sharp'
import { drawnSet } from './drawn.mjs'
import { below, chance, normal, pick, spread, uniform, whole } from './draws.mjs'
import { fbm } from './noise.mjs'
import * as figures from './scans/figures.mjs'
import { curve, line, stroke } from './scans/svg.mjs'
import * as text from './scans/text.mjs'
import { PACKAGES } from './scans/words.mjs'

export const SNIPPETS = { ...text, ...figures }

/** 1,800 pictures to learn from and 600 to be judged by, of 12 classes. */
export const scans = () => drawnSet(SNIPPETS, { train: 150, test: 50 }, scan, 20_262)

/** Debian's packages of those fonts that are not here. */
export function lackingFonts() {
  const { stdout } = spawnSync('fc-list', [':', 'family'], { encoding: 'utf8' })
  const there = new Set((stdout ?? '').split(/[\n,]/).map((name) => name.trim()))
  return [...new Set(Object.entries(PACKAGES).flatMap(([font, name]) => (there.has(font) ? [] : [name])))]
}

const INKS = ['#111', '#222', '#222', '#333', '#1c2a55', '#25407a', '#5a1f28', '#444']

/** One picture, 96 to 160 px a side: its PNG. */
export async function scan(kind, draw) {
  const [width, height] = [whole(draw, 96, 160), whole(draw, 96, 160)]
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${page(kind, width, height, draw)}</svg>`
  const data = await inTurn(() => sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer())
  const pixels = onPaper(data, width, height, draw)
  const picture = sharp(pixels, { raw: { width, height, channels: 3 } })
  return (chance(draw, 0.6) ? picture.blur(uniform(draw, 0.4, 1)) : picture).png().toBuffer()
}

let last = Promise.resolve()

/** One at a time: fonts that are drawn by two threads at once end the process now and then. */
function inTurn(work) {
  const result = last.then(work)
  last = result.catch(() => {})
  return result
}

/** All ink of a picture: the snippet somewhere, lines of the paper, what shines through, stains. */
function page(kind, width, height, draw) {
  const unit = Math.min(width, height) / 100
  const size = unit * spread(draw, 0.8, 1.25)
  const left = (width - 100 * size) / 2 + uniform(draw, -9, 9) * unit
  const top = (height - 100 * size) / 2 + uniform(draw, -9, 9) * unit
  const place = `translate(${left.toFixed(2)} ${top.toFixed(2)}) rotate(${(4 * normal(draw)).toFixed(2)} ${50 * size} ${50 * size}) scale(${size.toFixed(3)})`
  const ink = `color:${pick(draw, INKS)};opacity:${uniform(draw, 0.65, 1).toFixed(2)}`
  return [
    chance(draw, 0.3) ? ruling(width, height, draw) : '',
    chance(draw, 0.25) ? through(width, draw) : '',
    chance(draw, 0.25) ? stain(width, height, draw) : '',
    `<g transform="${place}" style="${ink}">${SNIPPETS[kind](draw)}</g>`,
    chance(draw, 0.3) ? scratch(width, height, draw) : '',
  ].join('')
}

function ruling(width, height, draw) {
  const [step, squares] = [uniform(draw, 7, 18), chance(draw, 0.5)]
  let lines = ''
  for (let y = uniform(draw, 0, step); y < height; y += step)
    lines += line([
      [0, y],
      [width, y],
    ])
  for (let x = uniform(draw, 0, step); squares && x < width; x += step)
    lines += line([
      [x, 0],
      [x, height],
    ])
  return `<g style="color:${pick(draw, ['#88a', '#999', '#a98'])};opacity:${uniform(draw, 0.25, 0.7).toFixed(2)}">${stroke(lines, 0.6)}</g>`
}

/** The back of the sheet: any kind, mirrored and faint. */
function through(width, draw) {
  const back = SNIPPETS[pick(draw, Object.keys(SNIPPETS))](draw)
  const place = `translate(${width} 0) scale(-1.3 1.3)`
  return `<g transform="${place}" style="color:#555;opacity:${uniform(draw, 0.08, 0.22).toFixed(2)}">${back}</g>`
}

function stain(width, height, draw) {
  const [x, y, r] = [uniform(draw, 0, width), uniform(draw, 0, height), uniform(draw, 15, 60)].map((n) =>
    n.toFixed(1),
  )
  const shape = chance(draw, 0.5)
    ? `fill="none" stroke="#642" stroke-width="${uniform(draw, 2, 5).toFixed(1)}"`
    : 'fill="#753"'
  return `<circle cx="${x}" cy="${y}" r="${r}" ${shape} opacity="${uniform(draw, 0.1, 0.3).toFixed(2)}"/>`
}

function scratch(width, height, draw) {
  const points = Array.from({ length: 4 }, () => [uniform(draw, 0, width), uniform(draw, 0, height)])
  const fold = [points[0], points[1]]
  return `<g style="color:${pick(draw, ['#222', '#fff', '#777'])};opacity:${uniform(draw, 0.2, 0.6).toFixed(2)}">${stroke(chance(draw, 0.3) ? curve(points) : line(fold), uniform(draw, 0.5, 1.5))}</g>`
}

/** Ink that is unevenly taken up by paper of any tone, in uneven light, with a scanner's noise. */
function onPaper(ink, width, height, draw) {
  const seed = below(draw, 2 ** 30)
  const tone = uniform(draw, 175, 248)
  const tint = [uniform(draw, 0, 8), 0, -uniform(draw, 0, 22)]
  const [blotches, fibres, grain] = [uniform(draw, 0, 22), uniform(draw, 0, 7), uniform(draw, 1, 9)]
  const [right, down, dry] = [uniform(draw, -20, 20), uniform(draw, -20, 20), uniform(draw, 0, 0.4)]
  const pixels = Buffer.alloc(width * height * 3)
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width, Math.floor(i / width)]
    const blotch = fbm(x / 45, y / 45, seed, { octaves: 3 })
    const paper =
      tone +
      blotches * blotch +
      fibres * fbm(x / 3, y / 3, seed + 9, { octaves: 2 }) +
      right * (x / width - 0.5) +
      down * (y / height - 0.5)
    const taken =
      (ink[i * 4 + 3] / 255) * (1 - dry * Math.max(0, fbm(x / 5, y / 5, seed + 20, { octaves: 2 })))
    const noise = grain * normal(draw)
    for (let channel = 0; channel < 3; channel++) {
      const value = (paper + tint[channel]) * (1 - taken) + ink[i * 4 + channel] * taken + noise
      pixels[i * 3 + channel] = Math.min(255, Math.max(0, value))
    }
  }
  return pixels
}
