// Textures that grow or are painted on a square whose edges meet; a generator gives (x, y) → value like those of a formula.
import { below, pick, spread, uniform } from '../draws.mjs'
import { fbm } from '../noise.mjs'

/** Looks a square of numbers up between its points; it repeats after `extent`. */
function sampled(values, side, extent) {
  const wrap = (i) => ((i % side) + side) % side
  return (x, y) => {
    const [u, v] = [(x / extent) * side, (y / extent) * side]
    const [i, j] = [Math.floor(u), Math.floor(v)]
    const [a, b] = [u - i, v - j]
    const at = (di, dj) => values[wrap(j + dj) * side + wrap(i + di)]
    return (at(0, 0) * (1 - a) + at(1, 0) * a) * (1 - b) + (at(0, 1) * (1 - a) + at(1, 1) * a) * b
  }
}

/** Feed and kill rates of Gray and Scott's reaction that make mazes, spots, worms and holes (J. Pearson, 1993). */
const REACTIONS = [
  [0.029, 0.057],
  [0.035, 0.062],
  [0.03, 0.061],
  [0.046, 0.063],
  [0.039, 0.058],
  [0.055, 0.062],
]

export function coral(draw) {
  const [feed, kill] = pick(draw, REACTIONS)
  const side = 72
  let [u, v] = [new Float32Array(side * side).fill(1), new Float32Array(side * side)]
  let [nextU, nextV] = [new Float32Array(side * side), new Float32Array(side * side)]
  for (let spot = 0; spot < 40; spot++) {
    const [cx, cy, reach] = [below(draw, side), below(draw, side), 2 + below(draw, 3)]
    for (let y = 0; y < reach; y++)
      for (let x = 0; x < reach; x++)
        v[((cy + y) % side) * side + ((cx + x) % side)] = uniform(draw, 0.3, 0.9)
  }
  const steps = 1500 + below(draw, 1500)
  for (let step = 0; step < steps; step++) {
    for (let y = 0; y < side; y++) {
      const [row, above, below] = [y * side, ((y + side - 1) % side) * side, ((y + 1) % side) * side]
      for (let x = 0; x < side; x++) {
        const [left, right] = [x === 0 ? side - 1 : x - 1, x === side - 1 ? 0 : x + 1]
        const i = row + x
        const spreadU = u[row + left] + u[row + right] + u[above + x] + u[below + x] - 4 * u[i]
        const spreadV = v[row + left] + v[row + right] + v[above + x] + v[below + x] - 4 * v[i]
        const met = u[i] * v[i] * v[i]
        nextU[i] = u[i] + 0.19 * spreadU - met + feed * (1 - u[i])
        nextV[i] = v[i] + 0.09 * spreadV + met - (feed + kill) * v[i]
      }
    }
    ;[u, nextU, v, nextV] = [nextU, u, nextV, v]
  }
  return sampled(v, side, spread(draw, 0.7, 1.6))
}

export function grass(draw) {
  const side = 288
  const seed = below(draw, 2 ** 30)
  const values = Float32Array.from(
    { length: side * side },
    (_, i) => 0.25 * fbm(((i % side) / side) * 8, (Math.floor(i / side) / side) * 8, seed),
  )
  const [length, lean] = [spread(draw, 18, 60), uniform(draw, -0.5, 0.5)]
  const [width, wild] = [uniform(draw, 0.7, 1.8), uniform(draw, 0.2, 0.7)]
  const blades = Math.round((uniform(draw, 1.2, 3) * side * side) / (length * 2 * width))
  for (let blade = 0; blade < blades; blade++) {
    const start = [uniform(draw, 0, side), uniform(draw, 0, side)]
    const angle = lean + wild * (draw() + draw() + draw() - 1.5)
    paintBlade(values, side, start, {
      angle,
      bend: uniform(draw, -1, 1) * wild,
      length: length * uniform(draw, 0.5, 1.3),
      width,
      tone: uniform(draw, 0.1, 1),
    })
  }
  return sampled(values, side, spread(draw, 1.2, 2.2))
}

/** A bent stroke that thins out, lighter towards its tip. */
function paintBlade(values, side, [x, y], { angle, bend, length, width, tone }) {
  const wrap = (i) => ((i % side) + side) % side
  const steps = Math.ceil(length * 1.5)
  for (let step = 0; step < steps; step++) {
    const t = step / steps
    const turned = angle + bend * t
    x += (Math.sin(turned) * length) / steps
    y -= (Math.cos(turned) * length) / steps
    const half = width * (1 - t)
    for (let across = -Math.ceil(half); across <= Math.ceil(half); across++) {
      const cover = Math.min(1, Math.max(0, half + 0.5 - Math.abs(across)))
      const [i, j] = [
        wrap(Math.round(x + across * Math.cos(turned))),
        wrap(Math.round(y + across * Math.sin(turned))),
      ]
      const at = j * side + i
      values[at] += cover * (tone * (0.6 + 0.4 * t) - values[at])
    }
  }
}
