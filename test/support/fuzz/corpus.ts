/** Small sound files of every format that is read. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { tiffFile } from '../../../src/images/testing/tiff-file.js'

/** One file. */
export interface Sound {
  name: string
  bytes: Buffer
}

// of the awkward folder: real files of other programs, none above 45 kB
const REAL = [
  ...[
    'jpeg/hopper.jpg',
    'jpeg/pil_sample_cmyk.jpg',
    'jpeg/rgb.jpg',
    'jpeg/progressive_test.jpg',
    'jpeg/iptc.jpg',
  ],
  ...['jpeg/multiple_exif.jpg', 'exif-orientation/hopper_orientation_6.jpg'],
  ...[
    'png/pngsuite/basi3p04.png',
    'png/pngsuite/basn6a16.png',
    'png/pngsuite/tbbn2c16.png',
    'png/1_trns.png',
  ],
  ...['png/icc_profile.png', 'png/apng_mode_16bit.png', 'png/pngsuite/oi9n0g16.png'],
  ...['gif/hopper.gif', 'gif/dispose_prev.gif', 'gif/different_transparency.gif', 'gif/interlaced.gif'],
  ...['webp/hopper.webp', 'webp/lossless_simple.webp', 'webp/lossy_alpha.webp', 'webp/anim.webp'],
  ...['avif/hopper.avif', 'avif/transparency.avif'],
  ...['tiff/hopper_lzw.tif', 'tiff/hopper_jpg.tif', 'tiff/hopper_g4.tif', 'tiff/16bit.MM.cropped.tif'],
  ...['tiff/tiff_strip_cmyk_jpeg.tif', 'tiff/multipage.tiff', 'tiff/hopper_webp.tif', 'tiff/hopper4.tif'],
  ...[
    'bmp/rgb24.bmp',
    'bmp/pal8rle.bmp',
    'bmp/pal4rle.bmp',
    'bmp/rgba32.bmp',
    'bmp/pal1.bmp',
    'bmp/rgb16-565.bmp',
  ],
] as const

/** @param folder of awkward files, where there is one; the others are made */
export async function corpusOf(folder: string | undefined): Promise<Sound[]> {
  const real = folder
    ? REAL.map((file) => ({ name: file.replaceAll('/', '-'), bytes: readFileSync(join(folder, file)) }))
    : []
  return [...real, ...(await made())]
}

async function made(): Promise<Sound[]> {
  const [width, height] = [48, 32]
  const wave = (i: number, channels: number) =>
    Math.floor(i / channels) * 7 + (i % channels) * 40 + ((i * i) % 31)
  const raw = (channels: 1 | 3 | 4): Sharp =>
    sharp(
      Uint8Array.from({ length: width * height * channels }, (_, i) => wave(i, channels) % 256),
      { raw: { width, height, channels } },
    )
  const made: [string, Promise<Buffer>][] = [
    ['made.jpg', raw(3).jpeg().toBuffer()],
    ['grey.jpg', raw(1).toColourspace('b-w').jpeg().toBuffer()],
    ['progressive.jpg', raw(3).jpeg({ progressive: true }).toBuffer()],
    ['alpha.png', raw(4).png().toBuffer()],
    ['palette.png', raw(3).png({ palette: true, colours: 16 }).toBuffer()],
    ['interlaced.png', raw(3).png({ progressive: true }).toBuffer()],
    ['lossy.webp', raw(4).webp().toBuffer()],
    ['lossless.webp', raw(3).webp({ lossless: true }).toBuffer()],
    ['made.gif', raw(3).gif().toBuffer()],
    ['made.avif', raw(3).avif().toBuffer()],
    [
      'tiles.tif',
      raw(3).tiff({ tile: true, tileWidth: 16, tileHeight: 16, compression: 'deflate' }).toBuffer(),
    ],
    ['lzw.tif', raw(1).toColourspace('b-w').tiff({ compression: 'lzw', predictor: 'horizontal' }).toBuffer()],
  ]
  const bands = (channels: number) =>
    Uint16Array.from({ length: 12 * 10 * channels }, (_, i) => wave(i, channels) * 16)
  const text = `P3 4 3 255\n${Array.from({ length: 36 }, (_, i) => i * 7).join(' ')}\n`
  return [
    ...(await Promise.all(made.map(async ([name, bytes]) => ({ name, bytes: await bytes })))),
    { name: 'bands5.tif', bytes: tiffFile({ width: 12, height: 10, bands: 5, data: bands(5) }) },
    {
      name: 'bands13.tif',
      bytes: tiffFile({ width: 12, height: 10, bands: 13, data: bands(13), planar: true }),
    },
    { name: 'text.ppm', bytes: Buffer.from(text) },
    {
      name: 'deep.pgm',
      bytes: Buffer.concat([Buffer.from('P5\n# 12 bits\n16 8 4095\n'), Buffer.alloc(256, 7)]),
    },
    { name: 'bits.pbm', bytes: Buffer.concat([Buffer.from('P4 20 8\n'), Buffer.alloc(24, 0xa5)]) },
  ]
}
