import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import sharp from 'sharp'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { UsageError } from '../errors.js'
import { batches, type Packed } from './batches.js'
import { READABLE } from './decode/formats.js'
import { openData } from './open.js'
import { type Picture, PictureError } from './picture.js'
import { Quarantine } from './quarantine.js'
import { decodedAs } from './source.js'
import { temporary } from './testing/made.js'
import { hasSharedData, sharedData } from './testing/shared-data.js'

afterEach(() => vi.unstubAllEnvs())

const solid = (side: number, value: number) =>
  sharp({ create: { width: side, height: side, channels: 3, background: { r: value, g: value, b: value } } })

describe('a folder of pictures', () => {
  test('becomes a source with its own sizes and labels', async () => {
    using folder = temporary()
    for (const [at, name] of ['b/2.png', 'a/1.png', 'b/c/3.png'].entries()) {
      mkdirSync(join(folder.path, name, '..'), { recursive: true })
      await solid(10 + at, 50 * at)
        .png()
        .toFile(join(folder.path, name))
    }
    const { train, ...rest } = await openData(folder.path)
    expect(rest).toEqual({})
    expect(train).toMatchObject({
      size: 3,
      channels: 3,
      nativeSize: 11,
      classes: ['a', 'b'],
      name: folder.path,
    })
    expect([...(train.labels ?? [])]).toEqual([0, 1, 1])
    expect([0, 1, 2].map(train.describe)).toEqual(['a/1.png', 'b/2.png', 'b/c/3.png'])
    expect(await train.read(2)).toEqual({
      data: new Uint8Array(432).fill(100),
      width: 12,
      height: 12,
      channels: 3,
    })
    await expect(train.read(3)).rejects.toThrow(RangeError)
  })

  test('on disk keeps names in their Unicode form, and opens files by them', async () => {
    using folder = temporary()
    const names = ['caf\u00e9/e\u0301.png', 'cafe\u0301/\u00e9.png', 'zoo/@eaDir/1.png', 'zoo/1.png']
    for (const [at, name] of names.entries()) {
      mkdirSync(join(folder.path, name, '..'), { recursive: true })
      await solid(10 + at, 50 * at)
        .png()
        .toFile(join(folder.path, name))
    }
    const { train, notes } = await openData(folder.path)
    expect(train.classes).toEqual(['caf\u00e9', 'zoo'])
    expect([0, 1, 2].map(train.describe)).toEqual([names[1], names[0], names[3]])
    expect([...(train.labels ?? [])]).toEqual([0, 0, 1])
    expect((await Promise.all([0, 1, 2].map(train.read))).map(({ width }) => width)).toEqual([11, 10, 13])
    expect(notes).toEqual([
      "left out because of another program that keeps it for itself: 'zoo/@eaDir/1.png'",
    ])
  })

  test('is one whatever archive or array lies beside its class folders', async () => {
    using folder = temporary()
    for (const name of ['cats/1.png', 'dogs/2.png']) {
      mkdirSync(join(folder.path, name, '..'), { recursive: true })
      await solid(8, 100).png().toFile(join(folder.path, name))
    }
    for (const stray of ['old.tar', 'set.tgz', 'features.npy', 'index.parquet']) {
      writeFileSync(join(folder.path, stray), 'whatever')
      const { train } = await openData(folder.path)
      expect([train.size, train.classes]).toEqual([2, ['cats', 'dogs']])
    }
  })

  test('is listed once and decoded as asked, and keeps one decoding of its pictures', async () => {
    using folder = temporary()
    for (const side of ['train', 'test']) mkdirSync(join(folder.path, side))
    await solid(40, 90)
      .png()
      .toFile(join(folder.path, 'train', '1.png'))
    await solid(30, 60)
      .png()
      .toFile(join(folder.path, 'test', '2.png'))
    const data = await openData(folder.path, { cacheBytes: 3 * 40 * 40 + 300 })
    const [first] = await Promise.all([data.train.read(0)])
    expect(first.width).toBe(40)
    expect(await data.train.read(0)).toBe(first)
    const small = decodedAs(data, { shrinkTo: 20, channels: 1 })
    expect(small.train).toMatchObject({ channels: 1, maximum: 255, nativeSize: 40 })
    const [train, test] = [await small.train.read(0), (await small.test?.read(0)) as Picture]
    expect([train, test].map(({ width, channels }) => [width, channels])).toEqual([
      [20, 1],
      [20, 1],
    ])
    expect(decodedAs(data, { channels: 1, shrinkTo: 20 }).train).toBe(small.train)
    // the larger picture was let go, or there would be no room for these
    expect(await small.train.read(0)).toBe(train)
    expect(await small.test?.read(0)).toBe(test)
    // by what the set is as it was opened, not by the last decoding
    expect(decodedAs(small, { shrinkTo: 10 }).train.channels).toBe(3)
  })

  test.skipIf(!hasSharedData)('gives the same batches with memory and without, shrunk as asked', async () => {
    const photos = sharedData('photos')
    const open = async (cacheBytes: number) =>
      decodedAs(await openData(photos, { cacheBytes }), { shrinkTo: 64 }).train
    const order = [
      [5, 900, 17, 5],
      [900, 17, 1203],
    ]
    const seen = []
    for (const cacheBytes of [0, 30_000, 1e9]) {
      const source = await open(cacheBytes)
      const read = []
      for await (const batch of batches(source, [...order, ...order])) read.push(batch)
      seen.push(read)
    }
    const same = (a?: Packed, b?: Packed) => {
      expect(a?.layout).toEqual(b?.layout)
      expect(a?.parts).toBeDefined()
      expect(a?.parts).toEqual(b?.parts)
    }
    for (const at of [0, 1, 2, 3]) {
      same(seen[0]?.[at], seen[0]?.[at % 2])
      same(seen[1]?.[at], seen[0]?.[at])
      same(seen[2]?.[at], seen[0]?.[at])
    }
    for (let at = 0; at < 4; at++) {
      const [height = 0, width = 0] = seen[0]?.[0]?.layout.subarray(3 * at + 1, 3 * at + 3) ?? []
      // a plain JPEG is only halved, so that its short side keeps 64 px
      expect(Math.min(height, width)).toBeGreaterThanOrEqual(64)
      expect(Math.min(height, width)).toBeLessThan(128)
    }
  })

  test.skipIf(!hasSharedData)('knows the photos’ split and classes', async () => {
    const { train, test: held } = await openData(sharedData('photos'))
    expect(train.size + (held?.size ?? 0)).toBe(2067)
    expect(train.classes).toHaveLength(99)
    expect(held?.classes).toEqual(train.classes)
    for (const source of [train, ...(held ? [held] : [])]) {
      for (const index of [0, source.size >> 1, source.size - 1]) {
        const name = source.classes?.[source.labels?.[index] ?? -1]
        expect(source.describe(index).split('/')[1]).toBe(name)
      }
    }
    expect(train.nativeSize).toBeGreaterThan(150)
    expect(train.nativeSize).toBeLessThan(300)
  })

  test.skipIf(!hasSharedData)(
    'of awkward files is read where possible, and each other file has its reason',
    async () => {
      const listed = await openData(sharedData('awkward'), { cacheBytes: 0 })
      const { train } = decodedAs(listed, { shrinkTo: 32 })
      const quarantine = new Quarantine(train.size, { maxShare: 0.5 })
      const everything = Array.from({ length: train.size }, (_, index) => index)
      for await (const batch of batches(train, [everything], { quarantine })) {
        expect(batch.indices).toHaveLength(train.size)
        expect(batch.used.filter((index) => quarantine.has(index))).toHaveLength(0)
      }
      const reasons = new Map(quarantine.list.map(({ path, reason }) => [path, reason]))
      // nothing outside broken/ is set aside but what is never read, and one JPEG that really ends early
      const sound = [...reasons].filter(
        ([path, reason]) => !path.startsWith('broken/') && !/which (is|are) not read$/.test(reason),
      )
      expect(sound.map(([path]) => path)).toEqual(['jpeg/ultrahdr.jpg', 'other/200x32_rgba_tl_rle.tga'])
      expect(reasons.get('broken/zero_byte.jpg')).toBe('the file is empty')
      expect(reasons.get('broken/flower2_half.jpg')).toBe('the file is cut short')
      expect(reasons.get('broken/html_error_page.png')).toBe('it is a web page, not a picture')
      expect(reasons.get('other/hopper.qoi')).toBe('it is in QOI format, which is not read')
      for (const reason of reasons.values()) expect(reason).toMatch(/^(it|its|the) [^\n]{5,150}$/)
    },
  )

  test('that changes while it is read sets the vanished picture aside', async () => {
    using folder = temporary()
    for (let i = 0; i < 10; i++)
      await solid(4, i)
        .png()
        .toFile(join(folder.path, `${i}.png`))
    const { train } = await openData(folder.path, { cacheBytes: 0 })
    writeFileSync(join(folder.path, '3.png'), '')
    await expect(train.read(3)).rejects.toThrow(PictureError)
    const quarantine = new Quarantine(train.size)
    for await (const { used } of batches(train, [[2, 3]], { quarantine })) expect([...used]).toEqual([2, 4])
    expect(quarantine.list).toEqual([{ index: 3, path: '3.png', reason: 'the file is empty' }])
  })
})

describe('what cannot be opened is told in one sentence', () => {
  const told = async (spec: string): Promise<string> => {
    const error = await openData(spec).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(UsageError)
    expect((error as Error).message).toMatch(/^[^\n]+[^\n.]$/)
    return (error as Error).message
  }

  test.each([
    ['fashion-mnits', "no data set, file or folder 'fashion-mnits'; did you mean 'fashion-mnist'?"],
    ['cifar-10', "did you mean 'cifar10'?"],
    ['constructor', "no data set, file or folder 'constructor'; there are: fashion-mnist, "],
    ['', 'the name of the data is empty'],
    ['/nowhere/at/all', "there is no file or folder '/nowhere/at/all'; check the path"],
    ['./package.jso', "did you mean 'package.json'?"],
    ['package.json/x', "there is no file or folder 'package.json/x'"],
    ['package.json', "'package.json' is a file of a kind that is not read; give a folder of pictures"],
    ['a\0b', 'cannot be opened'],
  ])('%j', async (spec, message) => {
    expect(await told(spec)).toContain(message)
  })

  const cached = existsSync('.cache/data/cifar-10-batches-bin')
  test.skipIf(cached)('a set that is not on this machine', async () => {
    using folder = temporary()
    vi.stubEnv('SELFSAME_DATA', folder.path)
    const sentence = await told('cifar10')
    expect(sentence).toContain(`data set 'cifar10' is not in ${join(folder.path, 'cifar10')}, `)
    expect(sentence).toContain("; unpack 'CIFAR-10 binary version' into one of these folders")
  })

  test('folders without pictures', async () => {
    using folder = temporary()
    expect(await told(folder.path)).toBe(`folder '${folder.path}' is empty; give a folder of pictures`)
    writeFileSync(join(folder.path, 'notes.txt'), '')
    symlinkSync('/usr', join(folder.path, 'out'))
    expect(await told(folder.path)).toBe(
      `folder '${folder.path}' holds no picture file (1 other file, ` +
        `left out because of a link out of the folder: 'out' (\`followLinks\` follows such links)); expected files in ${READABLE.join(', ')} format`,
    )
    mkdirSync(join(folder.path, 'inner'))
    writeFileSync(join(folder.path, 'inner', 'data_batch_1.bin'), '')
    expect(await told(folder.path)).toContain(`did you mean '${join(folder.path, 'inner')}'?`)
    expect(await told(join(folder.path, 'inner', 'data_batch_1.bin'))).toContain(
      `give its folder '${join(folder.path, 'inner')}'`,
    )
    expect(await told(`${folder.path}x`)).toContain(
      `there is no file or folder '${folder.path}x'; did you mean`,
    )
    expect(await told(`${folder.path}x`)).toContain(basename(folder.path))
  })

  test('a folder of files that are pictures by name only', async () => {
    using folder = temporary()
    for (const name of ['1.jpg', '2.jpg']) writeFileSync(join(folder.path, name), 'text')
    const said = await told(folder.path)
    expect(said).toContain(
      `'${folder.path}' has 2 picture files but none of the 2 looked at can be read ('1.jpg': its content is not JPEG, PNG,`,
    )
    expect(said).toContain(
      '); expected pictures that are whole, in a format that is read, of at most 100 megapixels',
    )
  })

  test('options that are no whole numbers', async () => {
    using folder = temporary()
    await solid(8, 1).png().toFile(join(folder.path, '1.png'))
    const data = await openData(folder.path)
    expect(() => decodedAs(data, { shrinkTo: 0 })).toThrow('shrinkTo is 0 where a whole number of at least 1')
    await expect(openData('.', { cacheBytes: 0.5 })).rejects.toThrow(UsageError)
  })
})
