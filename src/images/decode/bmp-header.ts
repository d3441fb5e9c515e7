import { Unread } from './bands.js'
import { MAX_PIXELS } from './limits.js'
import type { Stored } from './stored.js'

/** What a bitmap's header states, checked. */
export interface BmpHeader {
  /** px */
  width: number
  /** px */
  height: number
  topDown: boolean
  /** of a pixel: 1, 2, 4, 8, 16, 24 or 32 */
  bits: number
  /** where the pixels begin, in bytes */
  offset: number
  /** pixels are stored as runs of equal ones */
  runs: boolean
  /** bits of red, green, blue and perhaps opacity, of pixels of 16 or 32 bits */
  masks?: readonly number[]
  /** `[colours, 3]` in RGB, of pixels of up to 8 bits */
  palette?: Uint8Array
  /** every colour of the palette is a grey */
  grey: boolean
}

const FILE_HEADER = 14
const CORE = 12
const MOST_COLOURS = 256
const DAMAGED = 'its BMP header is damaged'

/** Reads and checks the header of a Windows or OS/2 bitmap. @throws Unread for what cannot be read */
export async function bmpHeader(stored: Stored): Promise<BmpHeader> {
  const head = await stored.at(0, FILE_HEADER + 124 + 16 + 4 * MOST_COLOURS)
  if (head.length < FILE_HEADER + CORE) throw new Unread('the file is cut short')
  const size = head.readUInt32LE(14)
  const core = size === CORE
  if (!core && (size < 16 || size > 124)) throw new Unread(DAMAGED)
  if (head.length < FILE_HEADER + size) throw new Unread('the file is cut short')
  // OS/2 may leave out the later fields
  const has = (end: number) => size >= end - FILE_HEADER
  const width = core ? head.readUInt16LE(18) : head.readInt32LE(18)
  const signed = core ? head.readUInt16LE(20) : head.readInt32LE(22)
  const bits = head.readUInt16LE(core ? 24 : 28)
  const compression = has(34) ? head.readUInt32LE(30) : 0
  const height = Math.abs(signed)
  if (width <= 0 || height === 0) throw new Unread(DAMAGED)
  if (width * height > MAX_PIXELS) throw new Unread(`it claims more than ${MAX_PIXELS / 1e6} megapixels`)
  check(bits, compression, size)
  const masks = masksOf(head, size, bits, compression)
  // only the oldest headers have their masks behind them
  const after =
    FILE_HEADER + size + (size === 40 && compression === 3 ? 12 : size === 40 && compression === 6 ? 16 : 0)
  const offset = head.readUInt32LE(10)
  const colours = has(50) ? head.readUInt32LE(46) : 0
  const palette =
    bits <= 8 ? paletteOf(head, after, offset, colours || 2 ** bits, 2 ** bits, core ? 3 : 4) : undefined
  const start = offset >= after ? offset : after + (palette ? (palette.length / 3) * (core ? 3 : 4) : 0)
  return {
    width,
    height,
    topDown: signed < 0,
    bits,
    offset: start,
    runs: compression === 1 || compression === 2,
    ...(masks && { masks }),
    ...(palette && { palette }),
    grey: palette?.every((value, i) => value === palette[i - (i % 3)]) ?? false,
  }
}

/** Refuses what is known but not read, and what makes no sense. */
function check(bits: number, compression: number, size: number): void {
  const os2 = size === 64 && compression > 2
  const wraps = os2
    ? ['Huffman codes', 'runs of 24 bits'][compression - 3]
    : ['a JPEG', 'a PNG'][compression - 4]
  if (wraps) throw new Unread(`it is a BMP that holds ${wraps}, which is not read`)
  if (![1, 2, 4, 8, 16, 24, 32].includes(bits)) {
    throw new Unread(bits === 64 ? 'it is a BMP of 64 bits a pixel, which is not read' : DAMAGED)
  }
  const fits =
    compression === 0 ||
    (compression === 1 && bits === 8) ||
    (compression === 2 && bits === 4) ||
    ((compression === 3 || compression === 6) && (bits === 16 || bits === 32))
  if (!fits) throw new Unread(DAMAGED)
}

function masksOf(
  head: Buffer,
  size: number,
  bits: number,
  compression: number,
): readonly number[] | undefined {
  if (compression !== 3 && compression !== 6) return bits === 16 ? [0x7c00, 0x3e0, 0x1f] : undefined
  const count = (size === 40 && compression === 3) || size === 52 ? 3 : 4
  const end = 54 + 4 * count
  if (head.length < end) throw new Unread('the file is cut short')
  const masks = Array.from({ length: count }, (_, i) => head.readUInt32LE(54 + 4 * i))
  const [red = 0, green = 0, blue = 0, alpha = 0] = masks
  if (red === 0 && green === 0 && blue === 0) throw new Unread(DAMAGED)
  return alpha === 0 ? [red, green, blue] : masks
}

/** As many colours as the file has room for and pixels can name; stored as BGR or BGR0. */
function paletteOf(
  head: Buffer,
  from: number,
  pixels: number,
  stated: number,
  most: number,
  entry: number,
): Uint8Array {
  const room = (pixels > from ? Math.min(pixels, head.length) : head.length) - from
  const count = Math.max(0, Math.min(stated, most, Math.floor(room / entry)))
  const palette = new Uint8Array(3 * count)
  for (let i = 0; i < count; i++) {
    for (let channel = 0; channel < 3; channel++)
      palette[3 * i + channel] = head[from + entry * i + 2 - channel] ?? 0
  }
  return palette
}
