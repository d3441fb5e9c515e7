import sharp from 'sharp'
import { expect, test } from 'vitest'
import { readExif } from '../../images/decode/exif.js'
import { factsOf } from './facts.js'

const grey = sharp({ create: { width: 60, height: 40, channels: 3, background: '#888' } })
const WHEN = Date.UTC(2019, 4, 31, 18, 20, 7)
const exif = { IFD0: { DateTime: '2001:01:01 00:00:00' }, IFD2: { DateTimeOriginal: '2019:05:31 18:20:07' } }

// of TIFF libvips gives no EXIF block
test.each(['jpeg', 'png', 'webp', 'avif', 'tiff'] as const)('size and time of a %s', async (format) => {
  const file = await grey.clone().withExif(exif).toFormat(format).toBuffer()
  expect(await factsOf(file)).toEqual({
    width: 60,
    height: 40,
    taken: format === 'tiff' ? null : WHEN,
  })
})

test('a picture that is stored on its side is upright', async () => {
  for (const format of ['jpeg', 'png'] as const) {
    const file = await grey
      .clone()
      .withExif({ IFD0: { Orientation: '6' } })
      .withMetadata({ orientation: 6 })
      .toFormat(format)
      .toBuffer()
    expect(await factsOf(file)).toMatchObject({ width: 40, height: 60, taken: null })
  }
})

test('a damaged block says nothing, wherever it is cut or changed', async () => {
  const file = await grey.clone().withExif(exif).jpeg().toBuffer()
  const { exif: block } = (await sharp(file).metadata()) as { exif: Buffer }
  expect(readExif(block).taken).toBe(WHEN)
  for (let end = 0; end < block.length; end++) expect(() => readExif(block.subarray(0, end))).not.toThrow()
  for (let at = 0; at < block.length; at += 3) {
    const changed = Buffer.from(block)
    changed[at] = 0xff
    expect(() => readExif(changed)).not.toThrow()
  }
  for (let end = 0; end < 200; end += 7) await factsOf(file.subarray(0, end))
})

test('a camera whose clock was never set tells no time', async () => {
  const file = await grey
    .clone()
    .withExif({ IFD0: { DateTime: '0000:00:00 00:00:00' } })
    .jpeg()
    .toBuffer()
  expect((await factsOf(file))?.taken).toBeNull()
})
