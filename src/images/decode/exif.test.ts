import sharp from 'sharp'
import { expect, test } from 'vitest'
import { readHeader } from './decode.js'
import { takenIn } from './exif.js'

const blank = () => sharp({ create: { width: 2, height: 2, channels: 3, background: '#123456' } })
const TIME = Date.UTC(2024, 4, 6, 7, 8, 9)
const tags = {
  IFD0: { Model: 'Some Camera 3' },
  IFD2: { DateTimeOriginal: '2024:05:06 07:08:09', SubSecTimeOriginal: '25' },
}
const exifOf = async (of: Parameters<ReturnType<typeof sharp>['withExif']>[0]) => {
  const { exif } = await sharp(await blank().withExif(of).jpeg().toBuffer()).metadata()
  return exif as Buffer
}

test('files of every kind that sharp writes EXIF into say when they were taken, to the fraction of a second', async () => {
  for (const format of ['jpeg', 'png', 'webp', 'avif'] as const) {
    const bytes = await blank().withExif(tags)[format]().toBuffer()
    expect((await readHeader(bytes, format)).taken, format).toEqual({
      at: TIME + 250,
      camera: 'Some Camera 3',
    })
  }
  expect(await readHeader(await blank().png().toBuffer(), 'bare')).not.toHaveProperty('taken')
})

test('without a fraction or a camera it is the whole second by a nameless one; without a time, nothing', async () => {
  expect(takenIn(await exifOf({ IFD2: { DateTimeOriginal: '2024:05:06 07:08:09' } }))).toEqual({
    at: TIME,
    camera: '',
  })
  expect(takenIn(await exifOf({ IFD0: { Model: 'a' } }))).toBeUndefined()
  for (const odd of [
    '0000:00:00 00:00:00',
    '2024:02:30 07:08:09',
    '2024:13:01 00:00:00',
    'yesterday',
    '    :  :     :  :  ',
  ])
    expect(takenIn(await exifOf({ IFD2: { DateTimeOriginal: odd } })), odd).toBeUndefined()
})

/** By hand: an inner directory of one entry behind the first, `MM` for big endian. */
function written(
  big: boolean,
  { type = 2, length = 20, from = 44 }: { type?: number; length?: number; from?: number } = {},
): Uint8Array {
  const bytes = new Uint8Array(64)
  const view = new DataView(bytes.buffer)
  const [u16, u32] = [
    (at: number, value: number) => view.setUint16(at, value, !big),
    (at: number, value: number) => view.setUint32(at, value, !big),
  ]
  bytes.fill(big ? 0x4d : 0x49, 0, 2)
  u16(2, 42)
  u32(4, 8)
  // the first directory: one entry, at 8
  u16(8, 1)
  u16(10, 0x8769)
  u16(12, 4)
  u32(14, 1)
  u32(18, 26)
  // the inner one, at 26
  u16(26, 1)
  u16(28, 0x9003)
  u16(30, type)
  u32(32, length)
  u32(36, from)
  bytes.set(Buffer.from('2024:05:06 07:08:09\0'), 44)
  return bytes
}

test('either order of bytes, and with the word before it or not', () => {
  for (const big of [false, true]) {
    const own = written(big)
    expect(takenIn(own)).toEqual({ at: TIME, camera: '' })
    expect(takenIn(Buffer.concat([Buffer.from('Exif\0\0'), own]))).toEqual({ at: TIME, camera: '' })
  }
})

test('a block that is cut anywhere, or claims what it does not have, says nothing and is not read beyond its end', () => {
  for (const big of [false, true]) {
    const own = written(big)
    for (let length = 0; length < own.length; length++) {
      const cut = own.slice(0, length)
      const taken = takenIn(cut)
      if (length < 64) expect(taken, `${length}`).toBeUndefined()
    }
    expect(takenIn(written(big, { from: 2 ** 32 - 1 }))).toBeUndefined()
    expect(takenIn(written(big, { length: 2 ** 32 - 1 }))).toBeUndefined()
    expect(takenIn(written(big, { type: 7 }))).toBeUndefined()
    // any byte changed: nothing is thrown
    for (let at = 0; at < own.length; at++)
      for (const value of [0, 1, 0x7f, 0xff]) {
        const damaged = own.slice()
        damaged[at] = value
        expect(() => takenIn(damaged)).not.toThrow()
      }
  }
})
