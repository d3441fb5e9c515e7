import { Unread } from './bands.js'

/**
 * Unpacks a bitmap's runs of equal pixels to one byte a pixel, in the file's order of rows. Pixels that no run reaches
 * have colour 0, and runs that go past the end of their row are cut off there, as is usual.
 * @param bytes from the first run on
 * @param nibbles pixels have 4 bits
 * @throws Unread when the runs end before the picture does
 */
export function unpackRuns(bytes: Uint8Array, width: number, height: number, nibbles: boolean): Uint8Array {
  const pixels = new Uint8Array(width * height)
  let x = 0
  let y = 0
  let at = 0
  const put = (count: number, value: (i: number) => number) => {
    const room = Math.min(count, Math.max(0, width - x))
    for (let i = 0; i < room; i++) pixels[y * width + x + i] = value(i)
    x += count
  }
  while (y < height) {
    const count = bytes[at]
    const value = bytes[at + 1]
    if (count === undefined || value === undefined) {
      // the mark of the end may be missing once everything is there
      if (y === height - 1 && x >= width) break
      throw new Unread('the file is cut short')
    }
    at += 2
    if (count > 0) {
      put(count, (i) => (nibbles ? (i % 2 === 0 ? value >> 4 : value & 15) : value))
    } else if (value === 0) {
      x = 0
      y++
    } else if (value === 1) break
    else if (value === 2) {
      x += bytes[at] ?? 0
      y += bytes[at + 1] ?? 0
      at += 2
    } else {
      const length = nibbles ? Math.ceil(value / 2) : value
      if (at + length > bytes.length) throw new Unread('the file is cut short')
      const start = at
      put(value, (i) => {
        const byte = bytes[start + (nibbles ? i >> 1 : i)] as number
        return nibbles ? (i % 2 === 0 ? byte >> 4 : byte & 15) : byte
      })
      // literal pixels fill an even number of bytes
      at += length + (length % 2)
    }
  }
  return pixels
}
