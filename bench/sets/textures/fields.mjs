// Textures that have a formula for each place: a generator draws its parameters and gives (x, y) → value, where a
// picture is about one wide. Values need no range: they are stretched to the palette later.
import { below, chance, pick, spread, uniform } from '../draws.mjs'
import { fbm, hash, METRICS, perlin, worley } from '../noise.mjs'

const seedOf = (draw) => below(draw, 2 ** 30)
const fraction = (value) => value - Math.floor(value)
const clamp = (value) => Math.min(1, Math.max(0, value))
const ramp = (from, to, value) => {
  const t = clamp((value - from) / (to - from))
  return t * t * (3 - 2 * t)
}

export function clouds(draw) {
  const seed = seedOf(draw)
  const frequency = spread(draw, 1.5, 6)
  const options = { octaves: 3 + below(draw, 4), gain: uniform(draw, 0.35, 0.65) }
  return (x, y) => fbm(x * frequency, y * frequency, seed, options)
}

export function cells(draw) {
  const seed = seedOf(draw)
  const frequency = spread(draw, 3, 10)
  const options = { jitter: uniform(draw, 0.6, 1), metric: METRICS[pick(draw, Object.keys(METRICS))] }
  const flat = uniform(draw, 0, 0.8)
  return (x, y) => {
    const { first, own } = worley(x * frequency, y * frequency, seed, options)
    return (1 - flat) * first + flat * own
  }
}

export function wood(draw) {
  const seed = seedOf(draw)
  const rings = spread(draw, 5, 16)
  const [warp, along, grain] = [uniform(draw, 0.05, 0.3), uniform(draw, 0.15, 0.5), uniform(draw, 0.1, 0.5)]
  const [cx, cy] = [uniform(draw, -1.2, 1.2), uniform(draw, -0.5, 1.5)]
  const sharpness = uniform(draw, 1, 3)
  return (x, y) => {
    const far = Math.hypot(x - cx, (y - cy) * along) + warp * fbm(x * 2, y * 0.7, seed, { octaves: 3 })
    const ring = fraction(far * rings)
    return ring ** sharpness * (1 - ramp(0.92, 1, ring)) + grain * perlin(x * 60, y * 4, seed + 9)
  }
}

export function marble(draw) {
  const seed = seedOf(draw)
  const [veins, turbulence] = [spread(draw, 1.5, 5), uniform(draw, 0.5, 1.6)]
  const frequency = spread(draw, 1.5, 4)
  const sharpness = uniform(draw, 0.3, 1)
  const options = { octaves: 5, gain: uniform(draw, 0.45, 0.6), of: Math.abs }
  return (x, y) => {
    const phase = veins * x + turbulence * fbm(x * frequency, y * frequency, seed, options)
    return Math.abs(Math.sin(Math.PI * phase)) ** sharpness
  }
}

export function bricks(draw) {
  const seed = seedOf(draw)
  const rows = spread(draw, 3.5, 10)
  const long = uniform(draw, 1.4, 3.5)
  const [mortar, offset] = [uniform(draw, 0.05, 0.2), pick(draw, [0.5, 0.5, 0.33, 0.25])]
  const [tones, rough] = [uniform(draw, 0.1, 0.7), uniform(draw, 0, 0.3)]
  return (x, y) => {
    const bent = y * rows + 0.06 * perlin(x * 9, y * 9, seed)
    const row = Math.floor(bent)
    const across = (x * rows) / long + row * offset
    const [u, v] = [fraction(across), fraction(bent)]
    const edge = Math.min(Math.min(u, 1 - u) * long, Math.min(v, 1 - v))
    const brick = 1 - tones * hash(Math.floor(across), row, seed)
    return ramp(mortar * 0.5, mortar, edge) * brick + rough * fbm(x * 20, y * 20, seed + 5, { octaves: 2 })
  }
}

export function weave(draw) {
  const seed = seedOf(draw)
  const threads = spread(draw, 6, 16)
  const [step, over] = pick(draw, [
    [2, 1],
    [2, 1],
    [3, 1],
    [4, 2],
  ])
  const [tone, gap, fibre] = [uniform(draw, 0, 0.5), uniform(draw, 0.75, 1), uniform(draw, 0, 0.25)]
  return (x, y) => {
    const [u, v] = [x * threads, y * threads]
    const [i, j] = [Math.floor(u), Math.floor(v)]
    const upright = (((i + j) % step) + step) % step < over
    const [across, along] = upright ? [u - i, v - j] : [v - j, u - i]
    const side = (2 * across - 1) / gap
    const round = Math.sqrt(Math.max(0, 1 - side * side)) * (0.6 + 0.4 * Math.sin(Math.PI * along))
    return round * (upright ? 1 : 1 - tone) + fibre * perlin(u * 6, v * 6, seed)
  }
}

export function scales(draw) {
  const seed = seedOf(draw)
  const rows = spread(draw, 4, 10)
  const [tall, edge, tones] = [uniform(draw, 0.9, 1.5), uniform(draw, 0.06, 0.2), uniform(draw, 0, 0.5)]
  return (x, y) => {
    const u = x * rows
    const v = y * rows * 2
    // of the scales that cover a place, the lowest row's is on top
    for (let row = Math.floor(v) + 2; row >= Math.floor(v) - 2; row--) {
      const shift = row % 2 === 0 ? 0 : 0.5
      const column = Math.round(u - shift)
      const far = Math.hypot(u - column - shift, (v - row) / (2 * tall)) / 0.56
      if (v < row || far > 1) continue
      return far * 0.6 * (1 - ramp(1 - edge, 1, far)) + tones * hash(column, row, seed)
    }
    return 0
  }
}

export function dots(draw) {
  const seed = seedOf(draw)
  const frequency = spread(draw, 3, 9)
  const [least, most] = [uniform(draw, 0.08, 0.2), uniform(draw, 0.22, 0.42)]
  const [soft, share, ring] = [uniform(draw, 0.03, 0.12), uniform(draw, 0.6, 1), chance(draw, 0.25)]
  const [tones, rough] = [uniform(draw, 0, 0.5), uniform(draw, 0, 0.15)]
  return (x, y) => {
    const { first, own } = worley(x * frequency, y * frequency, seed, { jitter: 0.7 })
    const radius = least + (most - least) * fraction(own * 7)
    const inside = own < share ? 1 - ramp(radius - soft, radius, first) : 0
    const hollow = ring ? ramp(radius * 0.45, radius * 0.55, first) : 1
    return inside * hollow * (1 - tones * fraction(own * 31)) + rough * fbm(x * 8, y * 8, seed + 4)
  }
}

export function stripes(draw) {
  const seed = seedOf(draw)
  const frequency = spread(draw, 3, 16)
  const [sharp, duty] = [uniform(draw, 0.2, 1), uniform(draw, 0.3, 0.7)]
  const [noise, warp, second] = [uniform(draw, 0.05, 0.4), uniform(draw, 0, 0.06), chance(draw, 0.3)]
  return (x, y) => {
    const place = (x + warp * perlin(x * 3, y * 3, seed)) * frequency
    const t = fraction(place)
    const soft = 0.5 * (1 - sharp) + 0.02
    const wave = ramp(0, soft, t) * (1 - ramp(duty, duty + soft, t))
    const wide = second && Math.floor(place) % 2 === 0 ? 0.5 : 1
    return wave * wide + noise * fbm(x * 25, y * 25, seed + 3, { octaves: 2 })
  }
}

export function cracks(draw) {
  const seed = seedOf(draw)
  const frequency = spread(draw, 2, 6)
  const [width, warp] = [uniform(draw, 0.02, 0.09), uniform(draw, 0.1, 0.5)]
  const [tones, rough] = [uniform(draw, 0, 0.3), uniform(draw, 0.05, 0.35)]
  return (x, y) => {
    const bend = (shift) => warp * fbm(x * frequency + shift, y * frequency, seed + 7, { octaves: 3 })
    const { first, second, own } = worley(x * frequency + bend(0), y * frequency + bend(31), seed)
    const plate = 1 - tones * own + rough * fbm(x * 10, y * 10, seed + 20)
    return plate * (0.1 + 0.9 * ramp(width * 0.3, width, second - first))
  }
}
