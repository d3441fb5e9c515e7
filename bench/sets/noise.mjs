// Noise on the plane as pure functions of place and seed.

/** A number in [0, 1) of a lattice point. */
export function hash(x, y, seed) {
  let h = (Math.imul(x, 0x165667b1) + Math.imul(y, 0x27d4eb2f) + Math.imul(seed, 0x9e3779b1)) | 0
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32
}

const fade = (t) => t * t * t * (t * (t * 6 - 15) + 10)
const COS = Float64Array.from({ length: 256 }, (_, i) => Math.cos((2 * Math.PI * i) / 256))
const SIN = Float64Array.from({ length: 256 }, (_, i) => Math.sin((2 * Math.PI * i) / 256))

function slope(x, y, dx, dy, seed) {
  const direction = (hash(x, y, seed) * 256) | 0
  return COS[direction] * dx + SIN[direction] * dy
}

/** Gradient noise (K. Perlin, Improving Noise, 2002), about -0.7 to 0.7. */
export function perlin(x, y, seed) {
  const [i, j] = [Math.floor(x), Math.floor(y)]
  const [dx, dy] = [x - i, y - j]
  const [u, v] = [fade(dx), fade(dy)]
  const top = slope(i, j, dx, dy, seed) * (1 - u) + slope(i + 1, j, dx - 1, dy, seed) * u
  const bottom = slope(i, j + 1, dx, dy - 1, seed) * (1 - u) + slope(i + 1, j + 1, dx - 1, dy - 1, seed) * u
  return top * (1 - v) + bottom * v
}

/** Octaves of gradient noise (fractional Brownian motion), about -1 to 1; `of` bends each octave. */
export function fbm(x, y, seed, { octaves = 4, gain = 0.5, of = (value) => value } = {}) {
  let [sum, strength, frequency, total] = [0, 1, 1, 0]
  for (let octave = 0; octave < octaves; octave++) {
    sum += strength * of(perlin(x * frequency, y * frequency, seed + octave))
    total += strength
    strength *= gain
    frequency *= 2
  }
  return (1.6 * sum) / total
}

/** How far apart two places are. */
export const METRICS = {
  straight: (x, y) => Math.hypot(x, y),
  blocks: (x, y) => 0.8 * (Math.abs(x) + Math.abs(y)),
  squares: (x, y) => 1.1 * Math.max(Math.abs(x), Math.abs(y)),
}

/** The nearest points of a jittered grid, one a cell (S. Worley, 1996): the first two distances, and the first's own number in [0, 1). */
export function worley(x, y, seed, { jitter = 1, metric = METRICS.straight } = {}) {
  const [i, j] = [Math.floor(x), Math.floor(y)]
  let [first, second, own] = [9, 9, 0]
  for (let b = j - 1; b <= j + 1; b++)
    for (let a = i - 1; a <= i + 1; a++) {
      const px = a + 0.5 + jitter * (hash(a, b, seed) - 0.5)
      const py = b + 0.5 + jitter * (hash(a, b, seed + 1) - 0.5)
      const far = metric(x - px, y - py)
      if (far < first) {
        second = first
        first = far
        own = hash(a, b, seed + 2)
      } else if (far < second) second = far
    }
  return { first, second, own }
}
