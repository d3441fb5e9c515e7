/** The folder of awkward files: each is read right, or set aside with the right reason, and training on all ends well. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { decode, readHeader } from '../src/images/decode/decode.js'
import { isPictureName } from '../src/images/decode/formats.js'
import { type Picture, PictureError } from '../src/images/picture.js'
import { hasSharedData, sharedData } from '../src/images/testing/shared-data.js'
import { pngSuiteVerdict, VERDICTS } from './support/awkward-verdicts.js'
import { selfsame, temporaryFolder } from './support/cli.js'
import { type PillowPicture, readByPillow, withoutPillow } from './support/pillow.js'

/** Facts of the manifest, as a newer Pillow than this machine's found them. */
interface Facts {
  width: number
  height: number
  mode: string
  frames: number
  exifOrientation: number | null
  error?: string
}

const noData = hasSharedData ? undefined : 'there is no folder of awkward files'
const noPillow = noData ?? withoutPillow()
const folder = noData ? '' : sharedData('awkward')
const manifest: { file: string; pillow: Facts }[] = noData
  ? []
  : JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'))
const files = manifest.map(({ file }) => file)

const verdictOn = (file: string) =>
  file.startsWith('png/pngsuite/') ? pngSuiteVerdict(file) : (VERDICTS[file] ?? 'not in the table')
const isRead = (file: string) => /^\d+ x \d+, /.test(verdictOn(file))
const read = files.filter(isRead)
const at = (file: string) => join(folder, file)
const reasonOf = (error: unknown) => {
  if (error instanceof PictureError) return error.reason
  throw error
}

function difference(a: ArrayLike<number>, b: ArrayLike<number>): { most: number; mean: number } {
  expect(a.length).toBe(b.length)
  let most = 0
  let sum = 0
  for (let i = 0; i < a.length; i++) {
    const distance = Math.abs((a[i] as number) - (b[i] as number))
    if (distance > most) most = distance
    sum += distance
  }
  return { most, mean: sum / a.length }
}

describe.skipIf(noData)('each awkward file', () => {
  test('is in the table, and nothing else', () => {
    expect(files.filter((file) => verdictOn(file) === 'not in the table')).toEqual([])
    expect(Object.keys(VERDICTS).filter((file) => !files.includes(file))).toEqual([])
    expect([files.length, read.length]).toEqual([353, 299])
  })

  test('is read as the table says, or set aside for the reason it gives; from bytes too', async () => {
    for (const file of files) {
      const told = await decode(at(file)).catch(reasonOf)
      if (typeof told === 'string') expect(`${file}: ${told}`).toBe(`${file}: ${verdictOn(file)}`)
      else {
        const { width, height, channels, maximum, pages } = await readHeader(at(file))
        const kind = channels === 1 ? 'grey' : channels === 3 ? 'colour' : `${channels} bands`
        const more = `${maximum > 255 ? ', 16 bits' : ''}${pages > 1 ? `, ${pages} pages` : ''}`
        expect(`${file}: ${width} x ${height}, ${kind}${more}`).toBe(`${file}: ${verdictOn(file)}`)
        expect([told.width, told.height, told.channels, told.data.length]).toEqual([
          width,
          height,
          3,
          width * height * 3,
        ])
      }
      const again = await decode(readFileSync(at(file))).catch(reasonOf)
      if (typeof told === 'string' || typeof again === 'string') expect([file, again]).toEqual([file, told])
      else expect(Buffer.compare(told.data as Uint8Array, again.data as Uint8Array), file).toBe(0)
    }
  })

  test('has the size, orientation, channels and pages that Pillow found', () => {
    for (const { file, pillow } of manifest) {
      if (!isRead(file) || pillow.error !== undefined) continue
      // what XMP says of the orientation is not followed, as in browsers
      const turned = (pillow.exifOrientation ?? 1) >= 5 && !file.includes('xmp')
      const [width, height] = turned ? [pillow.height, pillow.width] : [pillow.width, pillow.height]
      const grey = /^(1|L|LA|I|I;16B?)$/.test(pillow.mode)
      // Pillow names no mode of its own for 16 bits of grey with alpha, or of a GIF's lone frame without palette
      const other = /^png\/pngsuite\/(bas|bga|bgg)\w4a16/.test(file) || file === 'gif/no_palette.gif'
      // bitmaps of two colours that are black and white, and palettes, are judged by their colours
      const kind = grey !== other ? 'grey' : 'colour'
      expect(`${file}: ${verdictOn(file)}`).toMatch(`${file}: ${width} x ${height}, ${kind}`)
      const pages = Number(/(\d+) pages/.exec(verdictOn(file))?.[1] ?? 1)
      // the later frames of an animated PNG and of an MPO are no pages to us
      if (!/\.apng$|apng_|\.mpo$/.test(file)) expect([file, pages]).toEqual([file, pillow.frames])
    }
  })

  // the same picture in another file; those of 'avif/rot…' bear other words, and some are other copies of one photograph
  test.each([
    ['avif/hopper.avif', 'png/hopper.png', 5],
    ['avif/hopper-missing-pixi.avif', 'png/hopper.png', 5],
    ['avif/exif.avif', 'png/exif.png', 3],
    ['avif/rot0mir1.avif', 'avif/rot0mir0.avif', 10],
    ['avif/rot1mir0.avif', 'avif/rot0mir0.avif', 10],
    ['avif/rot3mir1.avif', 'avif/rot0mir0.avif', 10],
    ['bmp/rgba32.bmp', 'bmp/rgb24.bmp', 2],
    ['broken/truncated_end_chunk.png', 'png/hopper.png', 0],
    ['broken/unknown_compression_method.png', 'png/icc_profile.png', 0],
    ['broken/flower2_zeroed_64_bytes.jpg', 'jpeg/flower2.jpg', 2],
    ['tiff/tiff_strip_cmyk_jpeg.tif', 'jpeg/pil_sample_rgb.jpg', 1],
    ['tiff/g4_orientation_6.tif', 'tiff/g4_orientation_3.tif', 1],
    ['other/hopper_16bit.pgm', 'jpeg/hopper_gray.jpg', 1],
  ])('%s is %s but for a mean of %i', async (file, twin, most) => {
    const [one, other] = [await decode(at(file)), await decode(at(twin))]
    expect(one.width).toBe(other.width)
    expect(difference(one.data, other.data).mean).toBeLessThanOrEqual(most)
  })
})

if (noPillow) console.warn(`Pixels are not compared with Pillow's: ${noPillow}.`)

describe.skipIf(noPillow)('pixels agree with Pillow’s', () => {
  const out = temporaryFolder()
  let pillow: Map<string, () => PillowPicture>
  beforeAll(() => {
    pillow = readByPillow(folder, read, out)
  })

  // of what Pillow 9.4 reads wrong or otherwise: runs of 4 bits; ink without a profile; alpha of 16 bits
  const otherwise: Record<string, { most: number; mean: number }> = {
    'bmp/pal4rle.bmp': { most: 255, mean: 100 },
    'jpeg/pil_sample_cmyk.jpg': { most: 30, mean: 6 },
    'tiff/tiff_strip_cmyk_jpeg.tif': { most: 30, mean: 6 },
    'tiff/tiff_16bit_RGBa.tiff': { most: 3, mean: 1 },
  }
  // one step of rounding where nothing was lost; another libjpeg or libwebp may differ by a little more
  const bound = (file: string) =>
    otherwise[file] ??
    (/jpe?g|jpg|mpo|webp|ycbcr/i.test(file) ? { most: 8, mean: 0.5 } : { most: 1, mean: 1 })

  const expectNear = (file: string, picture: Picture, expected: ArrayLike<number>) => {
    const { most, mean } = difference(picture.data, expected)
    expect(most, file).toBeLessThanOrEqual(bound(file).most)
    expect(mean, file).toBeLessThanOrEqual(bound(file).mean)
  }

  test('in colour', async () => {
    let compared = 0
    for (const [file, picture] of pillow) {
      const expected = picture()
      const got = await decode(at(file))
      expect([file, got.width, got.height]).toEqual([file, expected.width, expected.height])
      expectNear(file, got, expected.rgb)
      compared++
    }
    expect(compared).toBeGreaterThan(280)
  })

  test('in grey, as luma', async () => {
    for (const [file, picture] of pillow) {
      const { rgb } = picture()
      const luma = new Float32Array(rgb.length / 3)
      for (let i = 0; i < luma.length; i++) {
        const [red, green, blue] = [rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]] as [number, number, number]
        luma[i] = Math.round(0.299 * red + 0.587 * green + 0.114 * blue)
      }
      const got = await decode(at(file), { channels: 1 })
      expect(got.channels).toBe(1)
      const { most, mean } = difference(got.data, luma)
      // a JPEG stores its luma, which Pillow's colours no longer tell where they were clipped, most of all in two files
      const stored = (await readHeader(at(file))).format === 'JPEG'
      const clipped = /app13|progressive_test/.test(file)
      expect(most, file).toBeLessThanOrEqual(stored ? 60 : bound(file).most + 1)
      expect(mean, file).toBeLessThanOrEqual(clipped ? 5 : bound(file).mean)
    }
  })

  test('of 16-bit grey, value by value', async () => {
    let compared = 0
    for (const [file, picture] of pillow) {
      const { deep } = picture()
      if (!deep) continue
      const got = await decode(at(file), { channels: 1, maximum: 65_535 })
      expect(got.data, file).toEqual(deep)
      compared++
    }
    expect(compared).toBe(16)
  })
})

describe.skipIf(noData || !existsSync('dist/cli/bin.cjs'))('training on all of it', () => {
  test('ends well and says of each file that is set aside why', async () => {
    const run = join(temporaryFolder(), 'run')
    const settings = ['projector.hidden=32', 'predictor.hidden=32'].flatMap((one) => ['--set', one])
    const outcome = await selfsame([
      ...['train', folder, '--run', run, '--size', '16', '--batch', '32', '--epochs', '1'],
      ...['--bad-share', '0.3', '--seed', '1', '--json', ...settings],
    ])
    expect(outcome.stderr).not.toMatch(/\n\s+at /)
    expect(outcome.code).toBe(0)
    expect(Number.isFinite(JSON.parse(outcome.stdout).final_loss)).toBe(true)
    // 352 names of pictures are 11 whole batches, so that every one was asked for
    const walked = files.filter(isPictureName)
    expect(walked).toHaveLength(352)
    const set = readFileSync(join(run, 'quarantine.jsonl'), 'utf8').trim().split('\n')
    const reasons = Object.fromEntries(set.map((line) => JSON.parse(line)).map((e) => [e.path, e.reason]))
    const expected = walked.filter((file) => !isRead(file)).map((file) => [file, verdictOn(file)])
    // only the mark of its end is missing, which is not noticed where shrinking does not need the last rows
    const complete = 'broken/flower2_no_eoi.jpg'
    expect({ [complete]: verdictOn(complete), ...reasons }).toEqual(Object.fromEntries(expected))
    expect(readdirSync(run)).toContain('encoder.safetensors')
  })
})
