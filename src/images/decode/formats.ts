/** Formats that are decoded, as they are named in messages. */
export const READABLE: readonly string[] = ['JPEG', 'PNG', 'WebP', 'GIF', 'AVIF', 'TIFF', 'BMP', 'PNM']

// formats that cannot be decoded yet are listed too, so that they are set aside with a reason and not passed over in silence
const EXTENSIONS = new Set(
  (
    'jpg jpeg jpe jfif mpo png apng webp gif avif avifs tif tiff ' +
    'bmp dib heic heif jp2 j2k jpx jxl ppm pgm pbm pnm pam tga ico qoi hdr exr psd'
  ).split(' '),
)

/** True when a file's name says that it is a picture. */
export function isPictureName(name: string): boolean {
  const dot = name.lastIndexOf('.')
  return dot > 0 && EXTENSIONS.has(name.slice(dot + 1).toLowerCase())
}

type Signature = readonly [format: string, offset: number, ...texts: string[]]

// first bytes as Latin-1, tried in order
const SIGNATURES: readonly Signature[] = [
  ['JPEG', 0, '\xff\xd8\xff'],
  ['PNG', 0, '\x89PNG\r\n\x1a\n'],
  ['WebP', 8, 'WEBP'],
  ['GIF', 0, 'GIF87a', 'GIF89a'],
  ['AVIF', 4, 'ftypavif', 'ftypavis'],
  ['TIFF', 0, 'II*\0', 'MM\0*', 'II+\0', 'MM\0+'],
  ['HEIC', 4, 'ftyphei', 'ftyphev', 'ftypmif1', 'ftypmsf1'],
  ['JPEG 2000', 0, '\0\0\0\x0cjP  ', '\xff\x4f\xff\x51'],
  ['JPEG XL', 0, '\xff\x0a', '\0\0\0\x0cJXL '],
  ['Photoshop', 0, '8BPS'],
  ['QOI', 0, 'qoif'],
  ['Radiance HDR', 0, '#?RADIANCE', '#?RGBE'],
  ['OpenEXR', 0, '\x76\x2f\x31\x01'],
  ['ICO', 0, '\0\0\x01\0'],
  ['PDF', 0, '%PDF'],
]

// where one fixed text does not tell
const PATTERNS: readonly (readonly [format: string, pattern: RegExp])[] = [
  // by the length of its second header, as many a text begins with BM
  ['BMP', /^BM.{12}[\x0c\x10-\x7c]\0\0\0/s],
  ['PNM', /^P[1-6]\s+[\d#]/],
  ['PAM', /^P7\s/],
  ['PFM', /^P[Ff]\s/],
  // a PNG whose first bytes were changed, as by a transfer as text
  ['PNG', /^.{9,15}IHDR/s],
  ['SVG', /^(?:\xef\xbb\xbf)?\s*<(?:svg\s|\?xml.*<svg\s)/s],
]

/** The name of the format that a file's first bytes (18 suffice, but for SVG) belong to. */
export function sniff(head: Uint8Array): string | undefined {
  const text = Buffer.from(head).toString('latin1')
  const known = SIGNATURES.find(([, offset, ...texts]) =>
    texts.some((start) => text.startsWith(start, offset)),
  )
  return known?.[0] ?? PATTERNS.find(([, pattern]) => pattern.test(text))?.[0]
}

/** True when the first bytes are those of a web page, as saved by a download that failed. */
export function isWebPage(head: Uint8Array): boolean {
  return /^\s*<(!doctype html|html|head|body)\b/i.test(Buffer.from(head).toString('latin1'))
}

/** True when the first bytes are those of a stand-in for a file that Git keeps elsewhere and was not fetched. */
export function isGitPointer(head: Uint8Array): boolean {
  return Buffer.from(head).toString('latin1').startsWith('version https://git-lfs')
}

/**
 * True when a file lacks what its format ends with.
 * @param tail the last bytes
 * @param size length of the whole file, in bytes
 */
export function lacksEnd(format: string, head: Buffer, tail: Buffer, size: number): boolean {
  if (format === 'WebP') return size < head.readUInt32LE(4) + 8
  const end = ENDS[format]
  if (end === undefined) return false
  const last = (text: string) => tail.lastIndexOf(text, undefined, 'latin1')
  // a JPEG's thumbnail has an end of its own, before the scan of the picture itself
  return last(end) === -1 || (format === 'JPEG' && last(end) < last('\xff\xda'))
}

const ENDS: Readonly<Record<string, string>> = { JPEG: '\xff\xd9', PNG: 'IEND', GIF: '\0\x3b' }
