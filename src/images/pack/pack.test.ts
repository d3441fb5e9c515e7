import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { pixelSource } from '../arrays/pixels.js'
import { openData } from '../open.js'
import type { Picture } from '../picture.js'
import type { Data, Source } from '../source.js'
import { temporary } from '../testing/made.js'
import { type PackOptions, packData } from './pack.js'
import { square } from './pack-arrays.js'
import { keysOf } from './pack-keys.js'

/** A folder of small pictures of several formats, with a split, classes and a broken file on each side. */
async function madeFolder(root: string, names?: readonly string[], alike = false): Promise<string> {
  const files = names ?? [
    'train/cat/a.jpg',
    'train/cat/b.PNG',
    'train/dog/big one.webp',
    'train/dog/ünder.png',
    'train/dog/z.gif',
    'test/cat/a.png',
    'test/dog/b.jpg',
  ]
  for (const [at, file] of files.entries()) {
    const path = join(root, file)
    mkdirSync(dirname(path), { recursive: true })
    const [width, height] = alike ? [9, 7] : [9 + at, 7 + 2 * at]
    const values = Uint8Array.from({ length: 3 * width * height }, (_, i) => (i * (at + 3) * 7) % 256)
    const image = sharp(values, { raw: { width, height, channels: 3 } })
    const format = file.split('.').at(-1)?.toLowerCase() as 'png'
    writeFileSync(path, await image.toFormat(format).toBuffer())
  }
  if (!names)
    for (const file of ['train/dog/broken.png', 'test/cat/broken.jpg']) writeFileSync(join(root, file), '')
  return root
}

async function pictures(source: Source): Promise<(Picture & { label: string })[]> {
  const all = []
  for (let index = 0; index < source.size; index++) {
    const label = source.classes?.[source.labels?.[index] ?? -1] ?? 'none'
    all.push({ ...(await source.read(index)), label })
  }
  return all
}

/** What must survive: pictures with their classes in order, both sides of the split, names of classes, channels, bits. */
async function contents({ train, test }: Data) {
  const side = async (source: Source) => ({
    pictures: await pictures(source),
    classes: source.classes,
    labels: source.labels,
    channels: source.channels,
    maximum: source.maximum,
  })
  return { train: await side(train), test: test && (await side(test)) }
}

/** The set without what cannot be read. */
async function readable(data: Data): Promise<Data> {
  const side = async (source: Source): Promise<Source> => {
    const good: number[] = []
    for (let index = 0; index < source.size; index++) {
      await source.read(index).then(
        () => good.push(index),
        () => undefined,
      )
    }
    return {
      ...source,
      size: good.length,
      ...(source.labels && { labels: Int32Array.from(good, (index) => source.labels?.[index] ?? -1) }),
      read: (index) => source.read(good[index] as number),
      describe: (index) => source.describe(good[index] as number),
    }
  }
  return { train: await side(data.train), ...(data.test && { test: await side(data.test) }) }
}

const KINDS: [string, PackOptions][] = [
  ['tars', {}],
  ['arrays', { decoded: true }],
]

describe.each(KINDS)('packed as %s', (kind, options) => {
  const folderOf = (root: string, names?: readonly string[]) => madeFolder(root, names, kind === 'arrays')

  test('a folder with classes for testing alone keeps them, and so does one with unlabelled pictures', async () => {
    using folder = temporary()
    const tested = ['test/cat/1.png', 'test/dog/2.png']
    for (const [at, trained] of [
      ['train/3.png', 'train/4.png'],
      ['train/cat/3.png', 'train/dog/4.png', 'unlabeled/5.png'],
    ].entries()) {
      const data = await openData(await folderOf(join(folder.path, `set${at}`), [...tested, ...trained]))
      expect([data.test?.classes, data.train.labels]).toEqual([
        ['cat', 'dog'],
        at === 0 ? undefined : Int32Array.of(0, 1, -1),
      ])
      const out = join(folder.path, `out${at}`)
      await packData('set', data, out, options)
      expect(await contents(await openData(out))).toEqual(await contents(data))
    }
  })

  test('a folder opens again as the same set', async () => {
    using folder = temporary()
    const root = await folderOf(join(folder.path, 'set'))
    const data = await openData(root)
    const out = join(folder.path, 'out')
    const { record, before } = await packData('set', data, out, options)
    expect(before).toBe(false)
    expect(record.left_out).toEqual([
      { side: 'train', index: 3, path: 'train/dog/broken.png', reason: 'the file is empty' },
      { side: 'test', index: 1, path: 'test/cat/broken.jpg', reason: 'the file is empty' },
    ])
    const listed = readFileSync(join(out, 'left-out.jsonl'), 'utf8').trim().split('\n')
    expect(listed.map((line) => JSON.parse(line))).toEqual(record.left_out)
    const again = await openData(out)
    const expected = await readable(data)
    expect(await contents(again)).toEqual(await contents(expected))
    expect(again.train.nativeSize).toBeGreaterThan(6)
    // without memory to keep it in, each picture is read from the file
    expect(await contents(await openData(out, { cacheBytes: 0 }))).toEqual(await contents(expected))
    const names = Array.from({ length: 5 }, (_, index) => again.train.describe(index))
    const stored = ['cat/a.jpg', 'cat/b.png', 'dog/big one.webp', 'dog/z.gif', 'dog/ünder.png']
    expect(names).toEqual(
      stored.map((name, at) => (kind === 'tars' ? `train-000000.tar/train/${name}` : `train picture ${at}`)),
    )
  })

  test.each([
    [1, 255],
    [3, 255],
    [1, 65535],
    [3, 65535],
    [3, 1023],
    [1, 40_000],
  ])('arrays of %i channels up to %i keep their values', async (channels, maximum) => {
    using folder = temporary()
    const length = 6 * 5 * 4 * channels
    const values = Array.from({ length }, (_, at) => (at * 7919) % (maximum / 5))
    const train = pixelSource({
      name: 'made',
      part: 'train',
      data: maximum > 255 ? Uint16Array.from(values) : Uint8Array.from(values),
      maximum,
      height: 5,
      width: 4,
      channels,
      labels: Int32Array.of(0, 1, 1, -1, 3, 0),
      classes: ['plane', 'ship', 'nothing of this', '9'],
    })
    await packData('made', { train }, folder.path, options)
    const { train: again, test } = await openData(folder.path)
    expect(test).toBeUndefined()
    expect(again).toMatchObject({ size: 6, channels, labels: train.labels, classes: train.classes })
    expect(again.maximum).toBe(maximum)
    for (let index = 0; index < 6; index++) expect(await again.read(index)).toEqual(await train.read(index))
  })

  test('what is packed twice is the same, byte for byte, and a finished pack is left as it is', async () => {
    using folder = temporary()
    const data = await openData(await folderOf(join(folder.path, 'set')))
    const out = join(folder.path, 'out')
    await packData('set', data, out, options)
    const files = () =>
      Object.fromEntries(readdirSync(out).map((name) => [name, readFileSync(join(out, name))]))
    const first = files()
    expect(Object.keys(first).some((name) => name.endsWith('.part'))).toBe(false)
    for (const way of ['set', './set/', resolve('set')])
      expect(await packData(way, data, out, options)).toMatchObject({ before: true })
    await expect(packData('other', data, out, options)).rejects.toThrow(/holds a pack of set.*`force`/)
    expect((await packData('other', data, out, { ...options, force: true })).before).toBe(false)
    await packData('set', data, out, { ...options, force: true })
    expect(files()).toEqual(first)
  })

  test('a pack that was broken off is not opened, and goes on to the same end', async () => {
    using folder = temporary()
    const data = await openData(await folderOf(join(folder.path, 'set')))
    const whole = join(folder.path, 'whole')
    const out = join(folder.path, 'out')
    const small = { ...options, ...(kind === 'tars' && { shardMb: 1e-6 }) }
    await packData('set', data, whole, small)
    for (const stopAt of [1, 4, 8]) {
      const stopper = new AbortController()
      const stopped = packData('set', data, out, {
        ...small,
        force: stopAt === 1,
        signal: stopper.signal,
        progress: (done) => done === stopAt && stopper.abort(),
      })
      await expect(stopped).rejects.toThrow('aborted')
      await expect(openData(out)).rejects.toThrow(/not finished|holds no picture/)
      // what a kill would leave
      writeFileSync(join(out, 'train-000009.tar.part'), 'half')
    }
    rmSync(join(out, 'train-000009.tar.part'))
    // what a careless hand would take away
    rmSync(join(out, 'train-000001.tar'), { force: true })
    const seen: number[] = []
    await packData('set', data, out, {
      ...small,
      progress: (done) => seen.push(done),
    })
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(readdirSync(out).sort()).toEqual(readdirSync(whole).sort())
    for (const name of readdirSync(whole)) {
      expect(readFileSync(join(out, name)).equals(readFileSync(join(whole, name))), name).toBe(true)
    }
  })

  test('a folder with other things in it is left alone', async () => {
    using folder = temporary()
    const data = await openData(await folderOf(join(folder.path, 'set')))
    const out = join(folder.path, 'out')
    mkdirSync(out)
    writeFileSync(join(out, 'holiday.jpg'), 'mine')
    await expect(packData('set', data, out, { ...options, force: true })).rejects.toThrow(
      /'holiday.jpg'.*new folder/,
    )
    expect(readdirSync(out)).toEqual(['holiday.jpg'])
  })
})

test('tars are those that tar itself reads, cut by size, with one class number a picture', async () => {
  using folder = temporary()
  const root = await madeFolder(join(folder.path, 'set'))
  const out = join(folder.path, 'out')
  await packData('set', await openData(root), out, { shardMb: 1e-6 })
  const tars = readdirSync(out).filter((name) => name.endsWith('.tar'))
  expect(tars.sort()).toEqual([
    ...Array.from({ length: 2 }, (_, at) => `test-00000${at}.tar`),
    ...Array.from({ length: 5 }, (_, at) => `train-00000${at}.tar`),
  ])
  const list = execFileSync('tar', ['-tf', join(out, 'train-000002.tar')], { encoding: 'utf8' })
  expect(list.trim().split('\n')).toEqual(['train/dog/big one.webp', 'train/dog/big one.cls'])
  execFileSync('tar', ['-xf', join(out, 'train-000002.tar'), '-C', folder.path])
  const original = readFileSync(join(root, 'train/dog/big one.webp'))
  expect(readFileSync(join(folder.path, 'train/dog/big one.webp')).equals(original)).toBe(true)
  expect(readFileSync(join(folder.path, 'train/dog/big one.cls'), 'utf8')).toBe('1')
  expect(JSON.parse(readFileSync(join(out, 'classes.json'), 'utf8'))).toEqual(['cat', 'dog'])
})

test('keys are paths where they can be and numbers otherwise', () => {
  const source = (...paths: string[]): Source => ({
    ...pixelSource({
      name: 'made',
      part: 'train',
      data: new Uint8Array(paths.length),
      height: 1,
      width: 1,
      channels: 1,
    }),
    describe: (index) => paths[index] as string,
    encoded: () => Promise.reject(new Error('not asked for')),
  })
  const keys = (...paths: string[]) => {
    const { key, numbered } = keysOf(source(...paths))
    return numbered ? 'numbers' : paths.map((_, index) => key(index))
  }
  expect(keys('a.b/c.jpg', 'a.b/d.e.png')).toEqual(['a.b/c', 'a.b/d_e'])
  expect(keys('shard-7.tar/a/b.jpg', 'shard-7.tar/a/c.jpg')).toEqual(['a/b', 'a/c'])
  expect(keys('a.jpg', 'a.png')).toBe('numbers')
  expect(keys('b.jpg', 'a.jpg')).toBe('numbers')
  expect(keys('../a.jpg')).toBe('numbers')
  expect(keys('/a.jpg')).toBe('numbers')
  expect(keys('a\n.jpg')).toBe('numbers')
  expect(keys(`${'long'.repeat(25)}.jpg`)).toBe('numbers')
})

test('pictures whose names are no keys keep them beside', async () => {
  using folder = temporary()
  const root = await madeFolder(join(folder.path, 'set'), ['a/x.jpg', 'a/x.png', 'b/y.jpg'])
  const data = await openData(root)
  const out = join(folder.path, 'out')
  await packData('set', data, out)
  const again = await openData(out)
  expect(await contents(again)).toEqual(await contents(data))
  expect(again.train.describe(2)).toBe('train-000000.tar/000000002.jpg')
  const text = execFileSync('tar', ['-xOf', join(out, 'train-000000.tar'), '000000002.txt'], {
    encoding: 'utf8',
  })
  expect(text).toBe('b/y.jpg')
})

test('more than three channels are packed as arrays, and refused as tars', async () => {
  using folder = temporary()
  const data = Uint16Array.from({ length: 2 * 3 * 3 * 13 }, (_, at) => 31 * at)
  const made = { name: 'made', part: 'train', data, maximum: 16_383, height: 3, width: 3, channels: 13 }
  const train = pixelSource(made)
  await expect(packData('made', { train }, folder.path)).rejects.toThrow(/13 channels.*`decoded`/)
  await packData('made', { train }, folder.path, { decoded: true })
  const { train: again } = await openData(folder.path)
  expect(again).toMatchObject({ size: 2, channels: 13, maximum: 16_383, nativeSize: 3 })
  expect((await again.read(1)).data).toEqual((await train.read(1)).data)
  await expect(again.read(2)).rejects.toThrow(RangeError)
})

test('pictures of several sizes make no array, unless they become squares', async () => {
  using folder = temporary()
  const data = await openData(await madeFolder(join(folder.path, 'set')))
  const out = join(folder.path, 'out')
  await expect(packData('set', data, out, { decoded: true })).rejects.toThrow(
    "'train/cat/b.PNG' has 10 × 9 px where the pictures before it have 9 × 7, and an array holds one size: make all squares with `size`, or leave out `decoded`",
  )
  expect(readdirSync(out)).toEqual(['pack.json'])
  await expect(openData(out)).rejects.toThrow(/holds no picture/)
  await packData('set', data, out, { decoded: true, size: 6, force: true })
  const { train } = await openData(out)
  expect(train).toMatchObject({ size: 5, nativeSize: 6, classes: ['cat', 'dog'] })
  expect(await train.read(0)).toEqual(square(await data.train.read(0), 6))
})

test('squares are cut from the middle and shrunk by averages over areas', () => {
  const values = [0, 100, 10, 200, 20, 300, 30, 400, 40, 500, 50, 600, 60, 700, 70, 800]
  const data = Uint16Array.from(values)
  const small = square({ data, width: 4, height: 2, channels: 2 }, 1)
  // the columns in the middle: (10 + 20 + 50 + 60) / 4, (200 + 300 + 600 + 700) / 4
  expect(small).toEqual({ data: Uint16Array.of(35, 450), width: 1, height: 1, channels: 2 })
  const tall = square({ data, width: 2, height: 4, channels: 2 }, 2)
  expect([...tall.data]).toEqual(values.slice(4, 12))
})

test.skipIf(spawnSync('python3', ['-c', 'import numpy']).status !== 0)(
  'NumPy reads a packed array',
  async () => {
    using folder = temporary()
    const data = Uint16Array.from({ length: 2 * 3 * 4 }, (_, at) => 2500 * at)
    const labels = Int32Array.of(1, -1)
    const made = { name: 'made', part: 'train', data, maximum: 65_535, height: 3, width: 4, channels: 1 }
    const train = pixelSource({ ...made, labels, classes: ['a', 'b'] })
    await packData('made', { train }, folder.path, { decoded: true })
    const read = (name: string) =>
      `a = numpy.load('${join(folder.path, name)}'); print(a.dtype, a.shape, a.sum(dtype='int64'))`
    const said = execFileSync(
      'python3',
      ['-c', `import numpy; ${read('train.npy')}; ${read('train_labels.npy')}`],
      { encoding: 'utf8' },
    )
    expect(said.trim().split('\n')).toEqual([`uint16 (2, 3, 4, 1) ${2500 * 23 * 12}`, 'int32 (2,) 0'])
  },
)

test('a pack of an earlier format is refused, and replaced by force', async () => {
  using folder = temporary()
  const data = await openData(await madeFolder(join(folder.path, 'set')))
  const out = join(folder.path, 'out')
  await packData('set', data, out, { decoded: true, size: 8 })
  const record = JSON.parse(readFileSync(join(out, 'pack.json'), 'utf8'))
  for (const name of readdirSync(out)) rmSync(join(out, name))
  writeFileSync(join(out, 'pack.json'), JSON.stringify({ ...record, kind: 'decoded' }))
  writeFileSync(join(out, 'train.pixels'), '')
  await expect(openData(out)).rejects.toThrow(
    `'${out}' holds pixels in a format of versions before the first release, which is read no more; pack`,
  )
  const again = (force: boolean) => packData('set', data, out, { decoded: true, size: 8, force })
  await expect(again(false)).rejects.toThrow(/made otherwise.*`force`/)
  await again(true)
  expect(readdirSync(out)).not.toContain('train.pixels')
  expect((await openData(out)).train.size).toBe(5)
})

test('arrays are told to be damaged as others are', async () => {
  using folder = temporary()
  const data = await openData(await madeFolder(join(folder.path, 'set')))
  const whole = join(folder.path, 'whole')
  await packData('set', data, whole, { decoded: true, size: 8 })
  const record = readFileSync(join(whole, 'pack.json'), 'utf8')
  const damage: [RegExp, (out: string) => void][] = [
    [/long|bytes/, (out) => truncateSync(join(out, 'test.npy'), 500)],
    [/shape/, (out) => cpSync(join(out, 'test_labels.npy'), join(out, 'train_labels.npy'))],
    [/damaged/, (out) => writeFileSync(join(out, 'pack.json'), '{')],
    [
      /damaged/,
      (out) => writeFileSync(join(out, 'pack.json'), record.replace('"channels": 3', '"channels": -3')),
    ],
    [/damaged/, (out) => writeFileSync(join(out, 'pack.json'), record.replace('"format": 1', '"format": 2'))],
    [
      /not finished/,
      (out) => writeFileSync(join(out, 'pack.json'), record.replace('"finished": true', '"finished": false')),
    ],
  ]
  for (const [at, [words, harm]] of damage.entries()) {
    const out = join(folder.path, `${at}`)
    cpSync(whole, out, { recursive: true })
    harm(out)
    await expect(openData(out), `${at}`).rejects.toThrow(words)
  }
})

test('a list of class names beside tars is checked', async () => {
  using folder = temporary()
  const data = await openData(await madeFolder(join(folder.path, 'set')))
  await packData('set', data, join(folder.path, 'out'))
  const list = join(folder.path, 'out', 'classes.json')
  writeFileSync(list, '{"cat": 0}')
  await expect(openData(join(folder.path, 'out'))).rejects.toThrow(/list of class names/)
  // a list that is too short names nothing
  writeFileSync(list, '["cat"]')
  expect((await openData(join(folder.path, 'out'))).train.classes).toEqual(['0', '1'])
  rmSync(list)
  expect((await openData(join(folder.path, 'out'))).train.classes).toEqual(['0', '1'])
})
