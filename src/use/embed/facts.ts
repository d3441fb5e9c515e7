/** What a picture's file says of it beside its pixels. JPEG and PNG are looked at here: libvips would take longer for it than to decode an icon. */
import sharp from 'sharp'
import { type Exif, readExif } from '../../images/decode/exif.js'

export interface Facts {
  /** As shown, px. */
  width: number
  height: number
  /** ms since 1970 without a time zone. */
  taken: number | null
}

/** @returns undefined where it says nothing that is understood */
export async function factsOf(file: Uint8Array): Promise<Facts | undefined> {
  return jpegFacts(file) ?? pngFacts(file) ?? (await otherFacts(file))
}

function facts(width: number, height: number, { orientation = 1, taken }: Exif): Facts | undefined {
  if (width < 1 || height < 1) return undefined
  const turned = orientation >= 5 && orientation <= 8
  return { width: turned ? height : width, height: turned ? width : height, taken: taken ?? null }
}

/** Its segments up to the one that states the size (ITU-T T.81, annex B). */
function jpegFacts(file: Uint8Array): Facts | undefined {
  if (file[0] !== 0xff || file[1] !== 0xd8) return undefined
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  let exif: Exif = {}
  for (let at = 2; at + 9 < file.length; ) {
    if (file[at] !== 0xff) return undefined
    const marker = file[at + 1] as number
    // filling, and markers without content
    if (marker === 0xff) at++
    else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) at += 2
    else {
      const length = view.getUint16(at + 2)
      const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
      if (isFrame) return facts(view.getUint16(at + 7), view.getUint16(at + 5), exif)
      if (marker === 0xda || length < 2) return undefined
      if (marker === 0xe1 && exif.orientation === undefined && exif.taken === undefined)
        exif = readExif(file.subarray(at + 4, at + 2 + length))
      at += 2 + length
    }
  }
  return undefined
}

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

/** Its first chunk, and `eXIf` where it stands before the pixels. */
function pngFacts(file: Uint8Array): Facts | undefined {
  if (file.length < 33 || PNG.some((byte, i) => file[i] !== byte)) return undefined
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const name = (at: number) => String.fromCharCode(...file.subarray(at + 4, at + 8))
  let exif: Exif = {}
  for (let at = 8; at + 12 <= file.length && name(at) !== 'IDAT'; at += 12 + view.getUint32(at)) {
    if (name(at) === 'eXIf') exif = readExif(file.subarray(at + 8, at + 8 + view.getUint32(at)))
  }
  return facts(view.getUint32(16), view.getUint32(20), exif)
}

async function otherFacts(file: Uint8Array): Promise<Facts | undefined> {
  try {
    const { autoOrient, exif } = await sharp(file).metadata()
    const { taken } = exif ? readExif(exif) : {}
    return facts(autoOrient.width, autoOrient.height, taken === undefined ? {} : { taken })
  } catch {
    // formats of our own, BMP and PNM, whose pixels are never shrunk as they are read
    return undefined
  }
}
