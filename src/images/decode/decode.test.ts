import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { afterAll, describe, expect, test } from 'vitest'
import { type Picture, PictureError } from '../picture.js'
import { temporary } from '../testing/made.js'
import { hasSharedData, sharedData } from '../testing/shared-data.js'
import { decode } from './decode.js'

const folder = temporary()
const at = (name: string) => join(folder.path, name)
afterAll(() => folder[Symbol.dispose]())

const bytes = (length: number, value: (i: number) => number) =>
  Uint8Array.from({ length }, (_, i) => value(i))
const raw = (data: Uint8Array | Uint16Array, width: number, height: number, channels: 1 | 2 | 3 | 4): Sharp =>
  sharp(data, { raw: { width, height, channels } })
const reason = async (path: string): Promise<string> => {
  const error = await decode(path).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(PictureError)
  return (error as PictureError).reason
}
const distance = (a: Picture, b: Picture) => {
  expect([a.width, a.height]).toEqual([b.width, b.height])
  let sum = 0
  for (let i = 0; i < a.data.length; i++) sum += Math.abs((a.data[i] as number) - (b.data[i] as number))
  return sum / a.data.length
}

describe('pixels', () => {
  test('come row by row with interleaved channels', async () => {
    const pixels = bytes(3 * 5 * 3, (i) => (i * 37) % 256)
    await raw(pixels, 3, 5, 3).png().toFile(at('plain.png'))
    expect(await decode(at('plain.png'))).toEqual({ data: pixels, width: 3, height: 5, channels: 3 })
  })

  // upright[y][x] of each orientation as a place in the stored picture of W × H (Exif 2.32, 4.6.4 A)
  const places: ((x: number, y: number, W: number, H: number) => [x: number, y: number])[] = [
    (x, y) => [x, y],
    (x, y, W) => [W - 1 - x, y],
    (x, y, W, H) => [W - 1 - x, H - 1 - y],
    (x, y, _, H) => [x, H - 1 - y],
    (x, y) => [y, x],
    (x, y, _, H) => [y, H - 1 - x],
    (x, y, W, H) => [W - 1 - y, H - 1 - x],
    (x, y, W) => [W - 1 - y, x],
  ]
  test.each(places.map((place, i) => [i + 1, place] as const))(
    'are upright from Exif orientation %i',
    async (n, place) => {
      const [W, H] = [4, 3]
      const stored = bytes(W * H * 3, (i) => (i * 71) % 256)
      await raw(stored, W, H, 3)
        .withMetadata({ orientation: n })
        .png()
        .toFile(at(`turned${n}.png`))
      const picture = await decode(at(`turned${n}.png`))
      expect([picture.width, picture.height]).toEqual(n < 5 ? [W, H] : [H, W])
      const expected = bytes(W * H * 3, (i) => {
        const pixel = Math.floor(i / 3)
        const [x, y] = place(pixel % picture.width, Math.floor(pixel / picture.width), W, H)
        return stored[3 * (y * W + x) + (i % 3)] as number
      })
      expect(picture.data).toEqual(expected)
    },
  )

  test.skipIf(!hasSharedData)('are upright from cameras’ files within JPEG error', async () => {
    const file = (name: string) =>
      decode(join(sharedData('awkward'), 'exif-orientation', name), { shrinkTo: 300 })
    const upright = await file('Landscape_1.jpg')
    const rows = upright.width * 3
    const upsideDown = { ...upright, data: upright.data.slice() }
    for (let y = 0; y < upright.height; y++) {
      upsideDown.data.set(
        upright.data.subarray((upright.height - 1 - y) * rows, (upright.height - y) * rows),
        y * rows,
      )
    }
    expect(distance(upright, upsideDown)).toBeGreaterThan(30)
    for (let n = 2; n <= 8; n++) expect(distance(await file(`Landscape_${n}.jpg`), upright)).toBeLessThan(5)
  })

  const ramp = (channels: number, scale: number) =>
    Array.from({ length: 256 * channels }, (_, i) => Math.floor(i / channels) * scale)
  test.each([
    ['grey', 1, 8],
    ['grey with alpha', 2, 8],
    ['colour', 3, 8],
    ['colour with alpha', 4, 8],
    ['grey', 1, 16],
    ['grey with alpha', 2, 16],
    ['colour', 3, 16],
    ['colour with alpha', 4, 16],
  ] as const)('of %s (%i channels of %i bits) become 8-bit colour on white', async (_, channels, bits) => {
    const data = bits === 8 ? Uint8Array.from(ramp(channels, 1)) : Uint16Array.from(ramp(channels, 257))
    const space = channels < 3 ? (bits === 8 ? 'b-w' : 'grey16') : bits === 8 ? 'srgb' : 'rgb16'
    const path = at(`${channels}x${bits}.png`)
    await raw(data, 256, 1, channels).toColourspace(space).png().toFile(path)
    expect((await sharp(path).metadata()).depth).toBe(bits === 8 ? 'uchar' : 'ushort')
    const picture = await decode(path)
    expect(picture).toMatchObject({ width: 256, height: 1, channels: 3 })
    for (let v = 0; v < 256; v++) {
      // value v at opacity v / 255 over white
      const expected = channels % 2 === 1 ? v : (v * v) / 255 + 255 - v
      for (let c = 0; c < 3; c++)
        expect(Math.abs((picture.data[3 * v + c] as number) - expected)).toBeLessThan(1)
    }
  })

  test('of a palette and of one bit become colour', async () => {
    const pixels = bytes(8 * 3, (i) => (Math.floor(i / 3) % 2 ? 255 : 0))
    await raw(pixels, 8, 1, 3).png({ palette: true, colours: 2 }).toFile(at('palette.png'))
    expect((await sharp(at('palette.png')).metadata()).isPalette).toBe(true)
    expect((await decode(at('palette.png'))).data).toEqual(pixels)
  })

  test.skipIf(!hasSharedData)('of CMYK agree with the same picture in RGB', async () => {
    const [cmyk, rgb] = ['pil_sample_cmyk.jpg', 'pil_sample_rgb.jpg'].map((name) =>
      join(sharedData('awkward'), 'jpeg', name),
    )
    expect((await sharp(cmyk).metadata()).space).toBe('cmyk')
    expect(distance(await decode(cmyk ?? ''), await decode(rgb ?? ''))).toBeLessThan(2)
  })

  test('of an animation are those of its first frame', async () => {
    const frames = await Promise.all(
      [10, 200].map((value) =>
        raw(
          bytes(8 * 8 * 3, () => value),
          8,
          8,
          3,
        )
          .png()
          .toBuffer(),
      ),
    )
    await sharp(frames, { join: { animated: true } })
      .gif()
      .toFile(at('moving.gif'))
    expect((await sharp(at('moving.gif')).metadata()).pages).toBe(2)
    const { data, height } = await decode(at('moving.gif'))
    expect([height, data[0]]).toEqual([8, 10])
  })
})

describe('shrinkTo', () => {
  test.each([
    [300, 200, 64, 96, 64],
    [200, 300, 64, 64, 96],
    [60, 40, 64, 60, 40],
    [300, 50, 64, 300, 50],
    [64, 64, 64, 64, 64],
  ])('%i × %i px to a short side of at most %i is %i × %i', async (width, height, shrinkTo, w, h) => {
    const path = at(`${width}x${height}.png`)
    await raw(
      bytes(width * height * 3, (i) => i % 251),
      width,
      height,
      3,
    )
      .png()
      .toFile(path)
    expect(await decode(path, { shrinkTo })).toMatchObject({ width: w, height: h, channels: 3 })
  })
})

describe('reasons', () => {
  const noise = () =>
    raw(
      bytes(64 * 64 * 3, (i) => (i * i * 31) % 256),
      64,
      64,
      3,
    )

  test('name what is wrong in one clause', async () => {
    await noise().jpeg().toFile(at('whole.jpg'))
    await noise().jpeg().toFile(at('half.jpg'))
    truncateSync(at('half.jpg'), readFileSync(at('half.jpg')).length >> 1)
    expect(await reason(at('half.jpg'))).toBe('the file is cut short')
    writeFileSync(at('empty.jpg'), '')
    expect(await reason(at('empty.jpg'))).toBe('the file is empty')
    writeFileSync(at('text.jpg'), 'hello')
    expect(await reason(at('text.jpg'))).toBe(
      'its content is not JPEG, PNG, WebP, GIF, AVIF, TIFF, BMP or PNM',
    )
    writeFileSync(at('page.png'), '<!DOCTYPE html><html></html>')
    expect(await reason(at('page.png'))).toBe('it is a web page, not a picture')
    writeFileSync(at('other.jpg'), Buffer.concat([Buffer.from('qoif'), Buffer.alloc(100)]))
    expect(await reason(at('other.jpg'))).toBe('it is in QOI format, which is not read')
    mkdirSync(at('folder.jpg'))
    expect(await reason(at('folder.jpg'))).toBe('it is a folder')
    symlinkSync('circle.jpg', at('circle.jpg'))
    expect(await reason(at('circle.jpg'))).toBe('it is a link that leads in a circle')
    await noise().png().toFile(at('damaged.png'))
    const png = readFileSync(at('damaged.png'))
    writeFileSync(at('damaged.png'), png.fill(0x55, png.length >> 1, (png.length >> 1) + 50))
    expect(await reason(at('damaged.png'))).toBe('its PNG data is damaged')
  })

  test('a file that vanishes', async () => {
    await noise().jpeg().toFile(at('gone.jpg'))
    await decode(at('gone.jpg'))
    rmSync(at('gone.jpg'))
    expect(await reason(at('gone.jpg'))).toBe('there is no such file')
  })

  test('a header that claims more pixels than memory should hold', async () => {
    const tiny = await raw(
      bytes(3, () => 0),
      1,
      1,
      3,
    )
      .jpeg()
      .toBuffer()
    const frame = tiny.indexOf(Buffer.from([0xff, 0xc0]))
    tiny.writeUInt16BE(60_000, frame + 5)
    tiny.writeUInt16BE(60_000, frame + 7)
    writeFileSync(at('bomb.jpg'), tiny)
    expect(await reason(at('bomb.jpg'))).toBe('it claims more than 100 megapixels')
  })

  const user = process.geteuid?.()
  test.skipIf(user === undefined)('a file that may not be read', async () => {
    await noise().jpeg().toFile(at('closed.jpg'))
    chmodSync(folder.path, 0o755)
    chmodSync(at('closed.jpg'), 0)
    // root may read everything, so the test becomes nobody for a moment
    if (user === 0) process.seteuid?.(65534)
    try {
      expect(await reason(at('closed.jpg'))).toBe('there is no permission to read it')
    } finally {
      if (user === 0) process.seteuid?.(0)
    }
  })

  test('a wrong extension is no obstacle', async () => {
    await noise().webp({ lossless: true }).toFile(at('webp.webp'))
    writeFileSync(at('webp.jpg'), readFileSync(at('webp.webp')))
    expect((await decode(at('webp.jpg'))).data).toEqual(
      await noise()
        .raw()
        .toBuffer()
        .then((b) => new Uint8Array(b)),
    )
  })
})
