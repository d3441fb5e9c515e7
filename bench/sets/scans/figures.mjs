// What is drawn, on a square of 100 by 100: a generator draws and gives SVG.
import { chance, normal, pick, uniform, whole } from '../draws.mjs'
import { curve, line, pen, stroke, written } from './svg.mjs'
import { FONTS, number, word } from './words.mjs'

const TURN = 2 * Math.PI
const rect = (x, y, wide, high, more) =>
  `<rect x="${x.toFixed(2)}" y="${y.toFixed(2)}" width="${wide.toFixed(2)}" height="${high.toFixed(2)}" ${more}/>`
const full = 'fill="currentColor"'
const outline = (width) => `fill="none" stroke="currentColor" stroke-width="${width.toFixed(2)}"`

export function stamp(draw) {
  const font = pick(draw, [...FONTS.sans, ...FONTS.serif])
  const width = uniform(draw, 1.2, 3.5)
  const turn = `transform="rotate(${uniform(draw, -30, 30).toFixed(1)} 50 50)"`
  const bold = 'text-anchor="middle" font-weight="bold"'
  if (chance(draw, 0.35)) {
    const [wide, high] = [uniform(draw, 70, 92), uniform(draw, 26, 50)]
    const [x, y] = [50 - wide / 2, 50 - high / 2]
    const text = word(draw).toUpperCase().slice(0, 8)
    const size = Math.min(high * 0.5, (wide * 1.3) / text.length)
    const date = chance(draw, 0.5)
      ? written(
          `${whole(draw, 10, 30)}.${whole(draw, 10, 12)}.${whole(draw, 1960, 2025)}`,
          50,
          50 + high * 0.38,
          size * 0.5,
          { font, more: bold },
        )
      : ''
    return `<g ${turn}>${rect(x, y, wide, high, outline(width))}${chance(draw, 0.5) ? rect(x + 3, y + 3, wide - 6, high - 6, outline(width / 2)) : ''}${written(text, 50, 50 + (date ? 0 : size * 0.35), size, { font, more: bold })}${date}</g>`
  }
  const radius = uniform(draw, 36, 46)
  const size = uniform(draw, 8, 13)
  const ring = (r, w) => `<circle cx="50" cy="50" r="${r.toFixed(2)}" ${outline(w)}/>`
  const letters = `${word(draw)} · ${word(draw)} · ${word(draw)} ·`
    .toUpperCase()
    .slice(0, Math.floor((TURN * (radius - size)) / size / 0.8))
  const around = [...letters].map((letter, i) => {
    const angle = ((i * 360) / letters.length).toFixed(1)
    return written(letter, 50, 50 - radius + size * 1.15, size, {
      font,
      more: `${bold} transform="rotate(${angle} 50 50)"`,
    })
  })
  const middle = chance(draw, 0.5)
    ? written(`${whole(draw, 1, 30)}.${whole(draw, 1, 12)}.`, 50, 55, size * 1.3, { font, more: bold })
    : `<path d="${star(whole(draw, 4, 8), uniform(draw, 8, 16))}" ${full}/>`
  return `<g ${turn}>${ring(radius, width)}${ring(radius - size * 1.6, width / 2)}${around.join('')}${middle}</g>`
}

const star = (points, reach) =>
  `${line(
    Array.from({ length: 2 * points }, (_, i) => {
      const [r, angle] = [i % 2 === 0 ? reach : reach * 0.45, (TURN * i) / points / 2]
      return [50 + r * Math.sin(angle), 50 - r * Math.cos(angle)]
    }),
  )}Z`

export function barcode(draw) {
  if (chance(draw, 0.25)) return squareCode(draw)
  const [left, right, top] = [uniform(draw, 2, 12), uniform(draw, 88, 98), uniform(draw, 5, 30)]
  const [high, module] = [uniform(draw, 35, 60), uniform(draw, 0.8, 1.7)]
  let svg = ''
  for (let x = left; x < right; x += module * whole(draw, 1, 3)) {
    const wide = module * whole(draw, 1, 3)
    svg += rect(x, top, wide, high, full)
    x += wide
  }
  const digits = Array.from({ length: 12 }, () => whole(draw, 0, 9)).join('')
  return (
    svg +
    (chance(draw, 0.8)
      ? written(digits, left + 2, top + high + 11, 11, { font: pick(draw, FONTS.mono) })
      : '')
  )
}

function squareCode(draw) {
  const count = pick(draw, [17, 21, 25])
  const module = 88 / count
  const isMark = (i, j) => (i < 8 && j < 8) || (i < 8 && j >= count - 8) || (i >= count - 8 && j < 8)
  let svg = ''
  for (let i = 0; i < count; i++)
    for (let j = 0; j < count; j++)
      if (!isMark(i, j) && chance(draw, 0.5))
        svg += rect(6 + j * module, 6 + i * module, module, module, full)
  for (const [i, j] of [
    [0, 0],
    [0, count - 7],
    [count - 7, 0],
  ]) {
    const [x, y] = [6 + j * module, 6 + i * module]
    svg += rect(x + module / 2, y + module / 2, 6 * module, 6 * module, outline(module))
    svg += rect(x + 2 * module, y + 2 * module, 3 * module, 3 * module, full)
  }
  return svg
}

/** Axes, grid, and words at them, as charts of all kinds have. */
function axes(draw) {
  const [width, font] = [pen(draw) * 0.8, pick(draw, [...FONTS.sans, ...FONTS.serif])]
  const box = chance(draw, 0.3)
    ? [
        [95, 88],
        [95, 8],
        [12, 8],
      ]
    : []
  let svg = stroke(line([[12, 8], [12, 88], [95, 88], ...box.slice(1)]), width)
  for (let y = 88; y > 10 && chance(draw, 0.95); y -= 16) {
    svg += stroke(
      line([
        [10, y],
        [chance(draw, 0.4) ? 95 : 12, y],
      ]),
      width * 0.4,
    )
    if (chance(draw, 0.6)) svg += written(number(draw).slice(0, 3), 0, y + 2, 6, { font })
  }
  if (chance(draw, 0.5)) svg += written(word(draw), 45, 98, 8, { font })
  if (chance(draw, 0.4)) svg += written(word(draw), 40, 6, 9, { font })
  return svg
}

export function bars(draw) {
  const [count, flat] = [whole(draw, 3, 9), chance(draw, 0.3)]
  const fill = pick(draw, [full, 'fill="currentColor" fill-opacity="0.45"', outline(pen(draw))])
  const step = 80 / count
  const wide = step * uniform(draw, 0.5, 0.95)
  let svg = axes(draw)
  for (let i = 0; i < count; i++) {
    const [place, high] = [14 + i * step, uniform(draw, 8, 76)]
    svg += flat ? rect(12, place - 5, high, wide, fill) : rect(place, 88 - high, wide, high, fill)
  }
  return svg
}

export function plot(draw) {
  const series = whole(draw, 1, 3)
  let svg = axes(draw)
  for (let one = 0; one < series; one++) {
    const count = whole(draw, 5, 24)
    let y = uniform(draw, 20, 80)
    const drift = uniform(draw, -60, 60) / count
    const rough = uniform(draw, 2, 14)
    const points = Array.from({ length: count }, (_, i) => {
      y = Math.min(86, Math.max(10, y + drift + rough * normal(draw)))
      return [13 + (i * 80) / (count - 1), y]
    })
    const dash = chance(draw, 0.3) ? 'stroke-dasharray="4 2"' : ''
    svg += stroke(chance(draw, 0.5) ? line(points) : curve(points), pen(draw) * 1.3, dash)
    if (chance(draw, 0.4)) for (const [x, v] of points) svg += rect(x - 1.3, v - 1.3, 2.6, 2.6, full)
  }
  return svg
}

export function music(draw) {
  const staves = whole(draw, 1, 3)
  const gap = (90 / staves) * uniform(draw, 0.09, 0.13)
  const width = pen(draw) * 0.5
  let svg = ''
  for (let stave = 0; stave < staves; stave++) {
    const top = 5 + (90 / staves) * (stave + 0.25)
    for (let i = 0; i < 5; i++)
      svg += stroke(
        line([
          [0, top + i * gap],
          [100, top + i * gap],
        ]),
        width,
      )
    const clef = [
      [7, 3],
      [5, 2.4],
      [4, 3.2],
      [7, 4],
      [10, 2.8],
      [5, 1],
      [8, -1],
      [8, 5.4],
      [5, 5.6],
    ]
    svg += stroke(curve(clef.map(([x, y]) => [x, top + y * gap])), width * 2)
    let before
    for (let x = 18; x < 96; x += uniform(draw, 0.9, 2.2) * gap + 3) {
      if (chance(draw, 0.12)) {
        svg += stroke(
          line([
            [x, top],
            [x, top + 4 * gap],
          ]),
          width * 1.5,
        )
        before = undefined
        continue
      }
      const y = top + whole(draw, -1, 9) * gap * 0.5
      const up = y > top + 2 * gap
      const [stem, tip] = [x + (up ? 0.6 : -0.6) * gap, y + (up ? -3.2 : 3.2) * gap]
      const head = chance(draw, 0.75) ? full : outline(width * 2)
      svg += `<ellipse cx="${x.toFixed(2)}" cy="${y.toFixed(2)}" rx="${(gap * 0.62).toFixed(2)}" ry="${(gap * 0.45).toFixed(2)}" transform="rotate(-20 ${x.toFixed(2)} ${y.toFixed(2)})" ${head}/>`
      svg += stroke(
        line([
          [stem, y],
          [stem, tip],
        ]),
        width * 1.3,
      )
      if (before?.up === up && chance(draw, 0.5))
        svg += stroke(
          line([
            [before.stem, before.tip],
            [stem, tip],
          ]),
          gap * 0.45,
        )
      before = { up, stem, tip }
    }
  }
  return svg
}

export function map(draw) {
  let svg = ''
  const width = pen(draw) * 0.6
  for (let hill = whole(draw, 1, 3); hill > 0; hill--) {
    const [cx, cy, far] = [uniform(draw, 0, 100), uniform(draw, 0, 100), uniform(draw, 6, 13)]
    const waves = Array.from({ length: 4 }, (_, k) => [
      uniform(draw, 0, 0.35 / (k + 1)),
      uniform(draw, 0, TURN),
    ])
    const rings = whole(draw, 3, 7)
    for (let ring = 1; ring <= rings; ring++) {
      const points = Array.from({ length: 25 }, (_, i) => {
        const angle = (TURN * i) / 24
        const r =
          ring * far * waves.reduce((sum, [size, at], k) => sum + size * Math.sin((k + 1) * angle + at), 1)
        return [cx + r * Math.cos(angle), cy + r * Math.sin(angle)]
      })
      svg += stroke(curve(points), ring % 4 === 0 ? width * 2 : width)
    }
  }
  for (let road = whole(draw, 1, 4); road > 0; road--) {
    const upright = chance(draw, 0.5)
    let across = uniform(draw, 0, 100)
    const points = Array.from({ length: 7 }, (_, i) => {
      across += 9 * normal(draw)
      return upright ? [across, i * 18 - 4] : [i * 18 - 4, across]
    })
    svg += stroke(curve(points), width * 4)
    if (chance(draw, 0.6)) svg += stroke(curve(points), width * 2, 'style="stroke:#fff;stroke-opacity:0.8"')
  }
  for (let place = whole(draw, 0, 4); place > 0; place--) {
    const [x, y] = [uniform(draw, 5, 80), uniform(draw, 10, 95)]
    svg += `<circle cx="${x.toFixed(2)}" cy="${y.toFixed(2)}" r="1.6" ${full}/>${written(word(draw), x + 3, y + 2, 7, { font: pick(draw, FONTS.serif) })}`
  }
  return svg
}

export function signature(draw) {
  const [count, high, slant] = [whole(draw, 8, 18), uniform(draw, 12, 28), uniform(draw, 0, 0.6)]
  const base = uniform(draw, 42, 64)
  const points = []
  for (let i = 0; i < count; i++) {
    const x = 8 + (i * 80) / count
    const tall = high * (i === 0 || chance(draw, 0.2) ? uniform(draw, 1, 1.8) : uniform(draw, 0.2, 0.6))
    points.push([x, base + uniform(draw, -2, 4)], [x + slant * tall + 3, base - tall])
    if (chance(draw, 0.5)) points.push([x - 3, base - tall * 0.6])
    if (chance(draw, 0.15)) points.push([x + 2, base + tall * 0.9])
  }
  const width = uniform(draw, 0.8, 2.4)
  let svg = stroke(curve(points), width, 'stroke-linecap="round"')
  if (chance(draw, 0.5)) {
    const flourish = [
      [90, base],
      [70, base + 14],
      [15, base + 12],
      [40, base + 18],
      [95, base + uniform(draw, 5, 16)],
    ]
    svg += stroke(curve(flourish.map(([x, y]) => [x + 3 * normal(draw), y + 3 * normal(draw)])), width)
  }
  if (chance(draw, 0.4))
    svg += stroke(
      line([
        [4, base + 14],
        [96, base + 14],
      ]),
      0.7,
      'stroke-dasharray="1.5 1"',
    )
  if (chance(draw, 0.3)) svg += written(word(draw), 6, base + 26, 8, { font: pick(draw, FONTS.sans) })
  return svg
}
