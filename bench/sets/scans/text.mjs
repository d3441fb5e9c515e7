// What is made of letters, on a square of 100 by 100: a generator draws and gives SVG.
import { chance, pick, uniform, whole } from '../draws.mjs'
import { line, pen, stroke, written } from './svg.mjs'
import { FONTS, number, sentence, word } from './words.mjs'

const anyPrint = (draw) => pick(draw, [...FONTS.serif, ...FONTS.sans, ...FONTS.mono])

export function handwriting(draw) {
  const [font, size] = [pick(draw, FONTS.hand), uniform(draw, 12, 34)]
  const [step, slope] = [size * uniform(draw, 0.9, 1.3), uniform(draw, -5, 5)]
  const letters = Math.max(3, Math.round(200 / size))
  let svg = ''
  for (let y = uniform(draw, size, size * 1.6); y < 100; y += step) {
    const text = sentence(draw, chance(draw, 0.25) ? letters / 2 : letters)
    const more = `transform="rotate(${(slope + uniform(draw, -1.5, 1.5)).toFixed(2)} 50 ${y.toFixed(2)})"`
    svg += written(text, uniform(draw, -3, 10), y, size * uniform(draw, 0.93, 1.07), { font, more })
  }
  return svg
}

export function print(draw) {
  const [font, size] = [anyPrint(draw), uniform(draw, 6, 17)]
  const step = size * uniform(draw, 1.15, 1.6)
  const columns = chance(draw, 0.2) && size < 9 ? 2 : 1
  const letters = Math.round(190 / size / columns)
  const indent = uniform(draw, 0, 8)
  let [svg, y] = ['', uniform(draw, size, size * 1.5)]
  if (chance(draw, 0.35)) {
    svg += written(word(draw), chance(draw, 0.5) ? 30 : 2, y + size * 0.4, size * 1.6, {
      font,
      more: 'font-weight="bold"',
    })
    y += size * 2.2
  }
  for (; y < 102; y += step)
    for (let column = 0; column < columns; column++) {
      const last = chance(draw, 0.15)
      svg += written(
        sentence(draw, last ? letters / 2 : letters),
        2 + column * 52 + (last ? indent : 0),
        y,
        size,
        { font },
      )
    }
  return svg
}

export function table(draw) {
  const [rows, columns] = [whole(draw, 3, 9), whole(draw, 2, 5)]
  const [high, wide] = [92 / rows, 94 / columns]
  const [font, size] = [anyPrint(draw), Math.min(high * 0.6, wide * 0.3)]
  const width = pen(draw) * 0.7
  const lines = pick(draw, ['all', 'all', 'rows', 'head'])
  let svg = ''
  for (let row = 0; row <= rows; row++)
    if (lines !== 'head' || row <= 1 || row === rows)
      svg += stroke(
        line([
          [3, 4 + row * high],
          [97, 4 + row * high],
        ]),
        row === 1 ? width * 1.6 : width,
      )
  for (let column = 0; column <= columns && lines === 'all'; column++)
    svg += stroke(
      line([
        [3 + column * wide, 4],
        [3 + column * wide, 96],
      ]),
      width,
    )
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const text = row === 0 || column === 0 ? word(draw).slice(0, 6) : number(draw)
      const more = row === 0 ? 'font-weight="bold"' : ''
      if (chance(draw, 0.9))
        svg += written(text, 4 + column * wide, 4 + row * high + high * 0.7, size, { font, more })
    }
  return svg
}

const GREEK = [...'αβγδεθλμπρστφψω']
const LATIN = [...'abcdefghijkmnpqrstuvwxyz']
const SIGNS = ['+', '−', '=', '≤', '·', '∈', '≈', '→']

/** One term of a formula and how wide it is, in ems. */
function term(draw, font, size, x, y) {
  const letter = () => pick(draw, chance(draw, 0.3) ? GREEK : LATIN)
  const italic = (text, at, up, scale = 1) =>
    written(text, x + at * size, y - up * size, size * scale, { font, more: 'font-style="italic"' })
  return pick(draw, [
    () => ({ svg: italic(letter(), 0, 0), wide: 0.6 }),
    () => ({
      svg: italic(letter(), 0, 0) + italic(pick(draw, ['2', 'n', 'T', '−1']), 0.5, 0.4, 0.6),
      wide: 1,
    }),
    () => ({
      svg: italic(letter(), 0, 0) + italic(pick(draw, ['i', 'j', '0', 'ij']), 0.45, -0.2, 0.6),
      wide: 0.9,
    }),
    () => ({
      svg:
        italic(`${letter()}${pick(draw, SIGNS)}${letter()}`, 0.05, 0.55, 0.8) +
        italic(letter(), 0.5, -0.6, 0.8) +
        stroke(
          line([
            [x, y - 0.3 * size],
            [x + 1.5 * size, y - 0.3 * size],
          ]),
          size * 0.05,
        ),
      wide: 1.7,
    }),
    () => ({
      svg:
        written(pick(draw, ['∑', '∫', '∏']), x, y + 0.15 * size, size * 1.6, { font: 'DejaVu Serif' }) +
        italic(`${letter()}=1`, 0, -0.75, 0.5) +
        italic(letter(), 0.4, 1.3, 0.5),
      wide: 1.5,
    }),
    () => ({
      svg:
        stroke(
          line([
            [x, y - 0.3 * size],
            [x + 0.2 * size, y + 0.1 * size],
            [x + 0.45 * size, y - 0.9 * size],
            [x + 1.3 * size, y - 0.9 * size],
          ]),
          size * 0.06,
        ) + italic(letter(), 0.55, 0),
      wide: 1.5,
    }),
    () => ({
      svg: written(`${pick(draw, ['f', 'g', 'P', 'E'])}(${letter()})`, x, y, size, { font }),
      wide: 1.6,
    }),
  ])()
}

export function formula(draw) {
  const font = pick(draw, FONTS.serif)
  const size = uniform(draw, 11, 26)
  const step = size * uniform(draw, 2.1, 2.8)
  const first = step < 45 && chance(draw, 0.6) ? uniform(draw, 25, 32) : uniform(draw, 40, 62)
  let svg = ''
  for (let y = first; y < 95; y += step)
    for (let x = uniform(draw, 0, 12); x < 90; ) {
      const { svg: part, wide } = term(draw, font, size, x, y)
      x += wide * size
      svg += part + written(pick(draw, SIGNS), x, y, size, { font })
      x += 0.85 * size
    }
  return svg
}

export function form(draw) {
  const rows = whole(draw, 3, 7)
  const [high, font] = [94 / rows, anyPrint(draw)]
  const [box, width] = [Math.min(high * 0.6, uniform(draw, 7, 13)), pen(draw) * 0.8]
  const size = box * uniform(draw, 0.75, 1)
  const columns = chance(draw, 0.35) ? 2 : 1
  const round = chance(draw, 0.2) ? box / 2 : 0
  let svg = ''
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const [x, y] = [4 + column * 48, 4 + row * high]
      if (chance(draw, 0.2)) {
        svg += written(`${word(draw)}:`, x, y + box * 0.8, size, { font })
        svg += stroke(
          line([
            [x + 28, y + box],
            [x + 90 / columns, y + box],
          ]),
          width * 0.7,
        )
        continue
      }
      svg += `<rect x="${x}" y="${y.toFixed(2)}" width="${box.toFixed(2)}" height="${box.toFixed(2)}" rx="${round.toFixed(2)}" fill="none" stroke="currentColor" stroke-width="${width.toFixed(2)}"/>`
      if (chance(draw, 0.4)) svg += tick(draw, x, y, box)
      svg += written(sentence(draw, 26 / columns), x + box * 1.4, y + box * 0.8, size, { font })
    }
  return svg
}

function tick(draw, x, y, box) {
  const at = (u, v) => [x + box * (u + uniform(draw, -0.1, 0.1)), y + box * (v + uniform(draw, -0.1, 0.1))]
  const cross = line([at(0.1, 0.1), at(0.9, 0.9)]) + line([at(0.9, 0.1), at(0.1, 0.9)])
  return stroke(chance(draw, 0.5) ? cross : line([at(0.1, 0.5), at(0.4, 0.9), at(1, -0.1)]), box * 0.13)
}
