import type { Stored } from './stored.js'
import { tiffFacts } from './tiff.js'

const COLOURS: Readonly<Record<number, string>> = {
  8: 'CIELAB colours',
  9: 'CIELAB colours',
  10: 'CIELAB colours',
  32803: 'the raw values of a camera’s sensor',
  34892: 'the raw values of a camera’s sensor',
}

// libtiff as sharp has it
const METHODS = new Set([1, 2, 3, 4, 5, 7, 8, 32773, 32946, 50000, 50001])

/** Says of a TIFF that is whole as far as one can see which kind of it is not read. */
export async function tiffKind(stored: Stored): Promise<string | undefined> {
  const { bits, format, photometric, compression } = (await tiffFacts(stored)) ?? {}
  if (bits === undefined || bits < 1 || bits > 128) return undefined
  if (format === 3) return `its values are ${bits}-bit floating-point numbers, which are not read`
  if (format === 5 || format === 6) return 'its values are complex numbers, which are not read'
  const colours = COLOURS[photometric ?? 1]
  if (colours) return `it is a TIFF with ${colours}, which are not read`
  if (bits > 32 || (bits < 32 && ![1, 2, 4, 8, 16].includes(bits)))
    return `it is a TIFF of ${bits} bits a value, which is not read`
  if (compression !== undefined && !METHODS.has(compression))
    return `it is a TIFF packed by method ${compression}, which is not read`
  return undefined
}

/** Says of a JPEG whether it has other than 8 bits, by the first frame in its first bytes. */
export function jpegBits(head: Buffer): string | undefined {
  for (let at = 2; at + 5 < head.length && head[at] === 0xff; ) {
    const marker = head[at + 1] as number
    const frame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (frame) {
      const bits = head[at + 4] as number
      return bits === 12 || bits === 16
        ? `it is a JPEG of ${bits} bits a value, which is not read`
        : undefined
    }
    at += 2 + head.readUInt16BE(at + 2)
  }
  return undefined
}
