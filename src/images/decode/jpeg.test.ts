import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { type Picture, PictureError } from '../picture.js'
import { temporary } from '../testing/made.js'
import { hasSharedData, sharedData } from '../testing/shared-data.js'
import { decode } from './decode.js'
import { decodeJpeg, jpegDecoder } from './jpeg.js'

const folder = temporary()
const at = (name: string) => join(folder.path, name)
afterAll(() => folder[Symbol.dispose]())
afterEach(() => vi.unstubAllEnvs())

const colour = { channels: 3 } as const
const noise = (width: number, height: number): Sharp =>
  sharp(
    Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * i * 31 + i) % 256),
    { raw: { width, height, channels: 3 } },
  ).blur(2)

/** By sharp alone. */
async function independent(from: string | Uint8Array): Promise<Picture> {
  const image = sharp(from).autoOrient().toColourspace('srgb').raw()
  const { data, info } = await image.toBuffer({ resolveWithObject: true })
  return { data: new Uint8Array(data), width: info.width, height: info.height, channels: info.channels }
}

/** Equal, pixel by pixel; Vitest's own comparison takes a second a photograph. */
async function expectSame(
  ours: Promise<Picture | undefined>,
  theirs: Picture | Promise<Picture>,
): Promise<void> {
  const [a, b] = await Promise.all([ours, theirs])
  expect([a?.width, a?.height, a?.channels]).toEqual([b.width, b.height, b.channels])
  expect(Buffer.compare(a?.data as Uint8Array, b.data as Uint8Array)).toBe(0)
}

/** Photographs of all classes. */
function photos(count: number): string[] {
  const root = sharedData('photos')
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' })
  const files = names.filter((name) => name.endsWith('.jpg')).sort()
  const step = files.length / count
  return Array.from({ length: count }, (_, i) => join(root, files[Math.floor(i * step)] as string))
}

describe.skipIf(jpegDecoder() === 'sharp')('plain JPEGs', () => {
  test.skipIf(!hasSharedData)(
    'are what sharp makes of them, bit for bit, from a path and from bytes',
    async () => {
      for (const path of photos(50)) {
        const expected = await independent(path)
        await expectSame(decodeJpeg(path, colour), expected)
        await expectSame(decodeJpeg(readFileSync(path), colour), expected)
      }
    },
  )

  test.each<[string, (image: Sharp) => Sharp]>([
    ['progressive', (image) => image.jpeg({ progressive: true })],
    ['grey', (image) => image.toColourspace('b-w').jpeg()],
    ['progressive grey', (image) => image.toColourspace('b-w').jpeg({ progressive: true })],
    ['4:4:4', (image) => image.jpeg({ chromaSubsampling: '4:4:4' })],
    ['mozjpeg', (image) => image.jpeg({ mozjpeg: true })],
    ['quality 5', (image) => image.jpeg({ quality: 5 })],
    ['with sRGB’s profile', (image) => image.withIccProfile('srgb').jpeg()],
    ['with an XMP block', (image) => image.withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"/>').jpeg()],
  ])('%s, too', async (_, encode) => {
    for (const [width, height] of [
      [1, 1],
      [17, 23],
      [301, 200],
    ] as const) {
      const bytes = await encode(noise(width, height)).toBuffer()
      const expected = await independent(bytes)
      expect(expected).toMatchObject({ width, height, channels: 3 })
      await expectSame(decodeJpeg(bytes, colour), expected)
    }
  })

  test('of grey come in one channel where that is asked', async () => {
    const bytes = await noise(40, 30).toColourspace('b-w').jpeg().toBuffer()
    const grey = await decodeJpeg(bytes, { channels: 1 })
    const three = (await decodeJpeg(bytes, colour)) as Picture
    expect(grey).toMatchObject({ width: 40, height: 30, channels: 1 })
    expect(grey?.data).toEqual(three.data.filter((_, i) => i % 3 === 1))
  })

  test('of colour come as their luma where one channel is asked', async () => {
    const bytes = await noise(40, 30).jpeg().toBuffer()
    const grey = (await decodeJpeg(bytes, { channels: 1 })) as Picture
    const three = (await decodeJpeg(bytes, colour)) as Picture
    expect(grey).toMatchObject({ width: 40, height: 30, channels: 1 })
    for (let i = 0; i < 1200; i++) {
      const [r, g, b] = three.data.subarray(3 * i, 3 * i + 3) as unknown as [number, number, number]
      expect(Math.abs(0.299 * r + 0.587 * g + 0.114 * b - (grey.data[i] as number))).toBeLessThan(1.5)
    }
  })

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('are upright from Exif orientation %i', async (orientation) => {
    for (const image of [noise(45, 70), noise(45, 70).toColourspace('b-w')]) {
      const bytes = await image.withMetadata({ orientation }).jpeg().toBuffer()
      await expectSame(decodeJpeg(bytes, colour), independent(bytes))
    }
    if (!hasSharedData) return
    const file = join(sharedData('awkward'), 'exif-orientation', `Landscape_${orientation}.jpg`)
    await expectSame(decodeJpeg(file, colour), independent(file))
  })

  test('shrink in the decoder as far as the short side keeps what is asked', async () => {
    const bytes = await noise(400, 301).jpeg().toBuffer()
    const full = (await decodeJpeg(bytes, colour)) as Picture
    for (const [shrinkTo, width, height] of [
      [302, 400, 301],
      [201, 400, 301],
      [200, 300, 226],
      [152, 300, 226],
      [151, 200, 151],
      [100, 150, 113],
      [76, 100, 76],
      [10, 50, 38],
    ] as const) {
      const picture = (await decodeJpeg(bytes, { channels: 3, shrinkTo })) as Picture
      expect([picture.width, picture.height]).toEqual([width, height])
      // a pixel is about the mean of those it stands for
      const times = 400 / width
      if (!Number.isInteger(times)) continue
      let sum = 0
      for (let y = 0; y < 30; y++)
        for (let x = 0; x < 40; x++) {
          let mean = 0
          for (let dy = 0; dy < times; dy++)
            for (let dx = 0; dx < times; dx++)
              mean += full.data[3 * ((y * times + dy) * 400 + x * times + dx)] as number
          sum += Math.abs(mean / times ** 2 - (picture.data[3 * (y * width + x)] as number))
        }
      expect(sum / 1200).toBeLessThan(4)
    }
  })

  test('many at once are those one by one, and memory does not grow', async () => {
    const kinds = [noise(200, 300), noise(300, 200), noise(128, 128)]
    const files = await Promise.all(kinds.map((image) => image.jpeg().toBuffer()))
    const alone = await Promise.all(files.map((bytes) => independent(bytes)))
    let settled = 0
    for (let round = 0; round < 20; round++) {
      const pictures = Array.from({ length: 100 }, (_, i) => decodeJpeg(files[i % 3] as Buffer, colour))
      await Promise.all(pictures)
      for (let i = 0; i < 3; i++)
        await expectSame(pictures[i + 96] as (typeof pictures)[0], alone[i] as Picture)
      if (round === 4) settled = process.memoryUsage().rss
    }
    expect(process.memoryUsage().rss - settled).toBeLessThan(100e6)
  })
})

describe('all others are left to sharp', () => {
  const declined = async (bytes: Uint8Array) => {
    writeFileSync(at('file'), bytes)
    expect(await decodeJpeg(bytes, colour)).toBeUndefined()
    expect(await decodeJpeg(at('file'), colour)).toBeUndefined()
  }
  const frameOf = (bytes: Buffer) => bytes.indexOf(Buffer.from([0xff, 0xc0]))

  test('other formats, folders, and files that are not there', async () => {
    await declined(await noise(20, 20).png().toBuffer())
    await declined(Buffer.alloc(0))
    await declined(Buffer.from('hello'))
    await declined(Buffer.from([0xff, 0xd8, 0xff]))
    expect(await decodeJpeg(folder.path, colour)).toBeUndefined()
    expect(await decodeJpeg(at('nothing.jpg'), colour)).toBeUndefined()
  })

  test('CMYK, RGB and other profiles', async () => {
    await declined(await noise(20, 20).toColourspace('cmyk').jpeg().toBuffer())
    await declined(await noise(20, 20).withIccProfile('p3').jpeg().toBuffer())
    const plain = await noise(20, 20).jpeg().toBuffer()
    // without JFIF's marker, components named R, G and B are red, green and blue
    const rgb = Buffer.concat([plain.subarray(0, 2), plain.subarray(20)])
    const scan = rgb.indexOf(Buffer.from([0xff, 0xda]))
    for (const [i, name] of ['R', 'G', 'B'].entries()) {
      rgb.write(name, frameOf(rgb) + 10 + 3 * i)
      rgb.write(name, scan + 5 + 2 * i)
    }
    await declined(rgb)
  })

  test('a header of more pixels than memory should hold, and an endless row of scans', async () => {
    const bomb = await noise(8, 8).jpeg().toBuffer()
    bomb.writeUInt16BE(60_000, frameOf(bomb) + 5)
    bomb.writeUInt16BE(60_000, frameOf(bomb) + 7)
    await declined(bomb)
    const image = await noise(64, 64).jpeg({ progressive: true }).toBuffer()
    const last = image.lastIndexOf(Buffer.from([0xff, 0xda]))
    const scans = Array<Buffer>(500).fill(image.subarray(last, -2))
    await declined(Buffer.concat([image.subarray(0, last), ...scans, image.subarray(-2)]))
  })

  test('files cut short or damaged end as they do with sharp alone', async () => {
    const whole = await noise(90, 60).jpeg().toBuffer()
    const progressive = await noise(90, 60)
      .withMetadata({ orientation: 6 })
      .jpeg({ progressive: true })
      .toBuffer()
    const outcome = (bytes: Buffer) =>
      decode(bytes).catch((error: unknown) => {
        expect(error).toBeInstanceOf(PictureError)
        return (error as PictureError).reason
      })
    let state = 1
    const random = (below: number) => {
      state = (state * 48_271) % 2_147_483_647
      return state % below
    }
    for (let i = 0; i < 300; i++) {
      const bytes = Buffer.from(i % 2 ? whole : progressive)
      const cut = i % 3 === 0 ? 1 + random(bytes.length - 1) : bytes.length
      if (cut === bytes.length) for (let k = 0; k < 3; k++) bytes[random(cut)] = random(256)
      vi.stubEnv('SELFSAME_JPEG', '')
      const ours = await outcome(bytes.subarray(0, cut))
      vi.stubEnv('SELFSAME_JPEG', 'sharp')
      const theirs = await outcome(bytes.subarray(0, cut))
      if (typeof ours === 'string' || typeof theirs === 'string') expect(ours).toEqual(theirs)
      else await expectSame(Promise.resolve(ours), theirs)
    }
    vi.unstubAllEnvs()
    expect(await outcome(whole.subarray(0, whole.length >> 1))).toBe('the file is cut short')
  })

  test('every file where the environment says so', async () => {
    const bytes = await noise(20, 20).jpeg().toBuffer()
    vi.stubEnv('SELFSAME_JPEG', 'sharp')
    expect(jpegDecoder()).toBe('sharp')
    expect(await decodeJpeg(bytes, colour)).toBeUndefined()
    expect(await decode(bytes)).toMatchObject({ width: 20, height: 20, channels: 3 })
  })
})
