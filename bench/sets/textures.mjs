// Textures by rule, labelled by what made them. Colours, light, place, turn and size are drawn alike for all classes,
// so that none of them tells the class.
import sharp from 'sharp'
import { drawnSet } from './drawn.mjs'
import { chance, normal, spread, uniform } from './draws.mjs'
import * as fields from './textures/fields.mjs'
import * as rasters from './textures/rasters.mjs'

const SIDE = 96
/** Samples of a pixel a side: edges and fine stripes would flicker otherwise. */
const FINE = 2

export const TEXTURES = { ...fields, ...rasters }

/** 2,400 pictures to learn from and 600 to be judged by, of 12 classes. */
export const textures = () => drawnSet(TEXTURES, { train: 200, test: 50 }, texture, 20_261)

/** One picture, 96 px: its PNG. */
export async function texture(kind, draw) {
  const values = stretched(turned(TEXTURES[kind](draw), draw))
  const colour = palette(draw)
  const light = lighting(draw)
  const grain = uniform(draw, 0, 8)
  const pixels = Buffer.alloc(SIDE * SIDE * 3)
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++) {
      const sum = [0, 0, 0]
      for (let part = 0; part < FINE * FINE; part++) {
        const at = (y * FINE + Math.floor(part / FINE)) * SIDE * FINE + x * FINE + (part % FINE)
        const tone = colour(values[at])
        for (let channel = 0; channel < 3; channel++) sum[channel] += tone[channel] / FINE ** 2
      }
      const bright = light(x / SIDE - 0.5, y / SIDE - 0.5)
      const noise = grain * normal(draw)
      for (let channel = 0; channel < 3; channel++)
        pixels[(y * SIDE + x) * 3 + channel] = Math.min(255, Math.max(0, sum[channel] * bright + noise))
    }
  const picture = sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 3 } })
  return (chance(draw, 0.5) ? picture.blur(uniform(draw, 0.4, 1.3)) : picture).png().toBuffer()
}

/** The texture's values seen from anywhere, turned, nearer or farther, and a little aslant. */
function turned(value, draw) {
  const angle = uniform(draw, -0.15, 0.15)
  const size = spread(draw, 0.45, 0.9)
  const stretch = spread(draw, 0.85, 1.18)
  const [cos, sin] = [Math.cos(angle) * size, Math.sin(angle) * size]
  const [left, top] = [uniform(draw, -3, 3), uniform(draw, -3, 3)]
  const fine = SIDE * FINE
  return Float32Array.from({ length: fine * fine }, (_, i) => {
    const [x, y] = [(i % fine) / fine - 0.5, Math.floor(i / fine) / fine - 0.5]
    return value(left + (cos * x - sin * y) * stretch, top + (sin * x + cos * y) / stretch)
  })
}

/** From the second to the 98th percent to 0 … 1, so that contrast does not tell the class either. */
function stretched(values) {
  const some = values.filter((_, i) => i % 7 === 0).sort()
  const low = some[Math.floor(0.02 * some.length)]
  const high = some[Math.floor(0.98 * some.length)]
  return values.map((value) => Math.min(1, Math.max(0, (value - low) / (high - low || 1))))
}

/** Two or three muted colours, the outer ones one dark, one light, either way round, and what lies between them. */
function palette(draw) {
  const tinted = (low, high) => {
    const grey = uniform(draw, low, high)
    return [0, 1, 2].map(() => grey + uniform(draw, -TINT, TINT))
  }
  const outer = [tinted(25, 95), tinted(160, 230)]
  const [first, last] = chance(draw, 0.5) ? outer : outer.reverse()
  const stops = chance(draw, 0.5) ? [first, last] : [first, tinted(60, 190), last]
  return (value) => {
    const at = Math.min(value * (stops.length - 1), stops.length - 1 - 1e-6)
    const [from, to] = [stops[Math.floor(at)], stops[Math.floor(at) + 1]]
    return from.map((channel, i) => channel + (to[i] - channel) * (at - Math.floor(at)))
  }
}

/** How far a colour strays from grey. */
const TINT = 25

/** Light that falls off to one side and to the corners. */
function lighting(draw) {
  const [x, y] = [uniform(draw, -0.5, 0.5), uniform(draw, -0.5, 0.5)]
  const [all, corners] = [uniform(draw, 0.75, 1.1), uniform(draw, 0, 0.5)]
  return (u, v) => Math.max(0, all * (1 + x * u + y * v - corners * (u * u + v * v)))
}
