/** Files of pictures to the pixels that an encoder sees, by the browser's own decoder. */

import type { Picture } from '../../images/picture.js'
import { PictureError } from '../../images/picture.js'
import type { Preprocessing } from '../model/preprocessing.js'

// of a browser, without the names of a whole page
interface Bitmap {
  readonly width: number
  readonly height: number
  close(): void
}
interface Context {
  fillStyle: string
  fillRect(x: number, y: number, width: number, height: number): void
  drawImage(
    bitmap: Bitmap,
    ...places: [x: number, y: number, w: number, h: number, atX: number, atY: number, w: number, h: number]
  ): void
  getImageData(x: number, y: number, width: number, height: number): { data: Uint8ClampedArray }
}
declare function createImageBitmap(blob: Blob, options: object): Promise<Bitmap>
declare const OffscreenCanvas: new (
  width: number,
  height: number,
) => { getContext(kind: '2d', options: object): Context | null }

/** As Node's decoder. */
const MOST_PIXELS = 100_000_000
/** Rows that are read at a time, so that no canvas is as large as a photograph. */
const ROWS = 256

/**
 * Decodes a picture upright, alpha flattened on white, in sRGB; only the part that an encoder looks at is kept.
 * @throws PictureError
 */
export async function decodePicture(
  blob: Blob,
  how: Pick<Preprocessing, 'channels' | 'maximum' | 'whole'>,
  name = 'picture',
): Promise<Picture> {
  const { channels } = how
  if (channels !== 1 && channels !== 3)
    throw new PictureError(name, `browsers read 1 or 3 channels and the model sees ${channels}`)
  let bitmap: Bitmap
  try {
    bitmap = await createImageBitmap(blob, {
      imageOrientation: 'from-image',
      premultiplyAlpha: 'premultiply',
    })
  } catch {
    throw new PictureError(name, blob.size === 0 ? 'the file is empty' : 'this browser cannot decode it')
  }
  try {
    const { width, height } = bitmap
    if (width * height > MOST_PIXELS)
      throw new PictureError(name, `it has more than ${MOST_PIXELS / 1e6} megapixels`)
    return scaled(
      read(bitmap, how.whole ? { left: 0, top: 0, width, height } : middle(bitmap), channels),
      how.maximum,
    )
  } finally {
    bitmap.close()
  }
}

interface Box {
  left: number
  top: number
  width: number
  height: number
}

/** At most a pixel longer than it is wide: as much goes on either side, so that a centred square is the same pixels. */
function middle({ width, height }: Bitmap): Box {
  const side = Math.min(width, height)
  const left = Math.floor((width - side) / 2)
  const top = Math.floor((height - side) / 2)
  return { left, top, width: width - 2 * left, height: height - 2 * top }
}

function read(bitmap: Bitmap, { left, top, width, height }: Box, channels: 1 | 3): Picture {
  const rows = Math.min(ROWS, height)
  // kept in the processor's memory: a GPU converts colours in its own way
  const context = new OffscreenCanvas(width, rows).getContext('2d', {
    alpha: false,
    willReadFrequently: true,
    colorSpace: 'srgb',
  })
  if (!context) throw new Error('this browser has no canvas')
  const data = new Uint8Array(width * height * channels)
  for (let y = 0, to = 0; y < height; y += rows) {
    const count = Math.min(rows, height - y)
    context.fillStyle = '#fff'
    context.fillRect(0, 0, width, count)
    context.drawImage(bitmap, left, top + y, width, count, 0, 0, width, count)
    const rgba = context.getImageData(0, 0, width, count).data
    to = channels === 3 ? colours(rgba, data, to) : lumas(rgba, data, to)
  }
  return { data, width, height, channels }
}

function colours(rgba: Uint8ClampedArray, data: Uint8Array, to: number): number {
  for (let at = 0; at < rgba.length; at += 4) {
    data[to++] = rgba[at] as number
    data[to++] = rgba[at + 1] as number
    data[to++] = rgba[at + 2] as number
  }
  return to
}

/** Rec. 601, as Node's decoder. */
function lumas(rgba: Uint8ClampedArray, data: Uint8Array, to: number): number {
  for (let at = 0; at < rgba.length; at += 4) {
    const [red, green, blue] = [rgba[at] as number, rgba[at + 1] as number, rgba[at + 2] as number]
    data[to++] = 0.299 * red + 0.587 * green + 0.114 * blue + 0.5
  }
  return to
}

/** Browsers give 8 bits, which become those of an encoder that sees more. */
function scaled(picture: Picture, maximum: number): Picture {
  if (maximum <= 255) return picture
  const data = Uint16Array.from(picture.data, (value) => (value / 255) * maximum + 0.5)
  return { ...picture, data }
}
