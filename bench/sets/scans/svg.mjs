// Pieces of SVG in the colour of the ink, to two digits.
import { spread } from '../draws.mjs'

/** The width of a pen's or a printer's line. */
export const pen = (draw) => spread(draw, 0.5, 1.6)

/** SVG text at a place. */
export const written = (text, x, y, size, { font = 'Liberation Sans', more = '' } = {}) =>
  `<text x="${x.toFixed(2)}" y="${y.toFixed(2)}" font-size="${size.toFixed(2)}" font-family="${font}" fill="currentColor" ${more}>${text}</text>`

/** A stroke along a path. */
export const stroke = (path, width, more = '') =>
  `<path d="${path}" fill="none" stroke="currentColor" stroke-width="${width.toFixed(2)}" ${more}/>`

/** M x y L x y …, to two digits. */
export const line = (points) => `M${points.map(([x, y]) => `${x.toFixed(2)} ${y.toFixed(2)}`).join('L')}`

/** A smooth curve through points (Catmull and Rom). */
export function curve(points) {
  const at = (i) => points[Math.min(points.length - 1, Math.max(0, i))]
  const parts = points.slice(1).map(([x, y], i) => {
    const [[ax, ay], [bx, by], [cx, cy]] = [at(i - 1), at(i), at(i + 2)]
    return `C${[bx + (x - ax) / 6, by + (y - ay) / 6, x - (cx - bx) / 6, y - (cy - by) / 6, x, y].map((n) => n.toFixed(2)).join(' ')}`
  })
  return `M${points[0].map((n) => n.toFixed(2)).join(' ')}${parts.join('')}`
}
