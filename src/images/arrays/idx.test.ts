import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { openData } from '../open.js'
import { temporary } from '../testing/made.js'
import { fashionFolder } from '../testing/shared-data.js'
import { FASHION_CLASSES } from './classes.js'
import { isIdxFolder, openIdx, openIdxFile } from './idx.js'
import { readIdx } from './idx-file.js'

/** An IDX file: magic, sizes, bytes. */
function idx(magic: number, shape: readonly number[], data: readonly number[]): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length)
  header.writeUInt32BE(magic, 0)
  for (const [at, side] of shape.entries()) header.writeUInt32BE(side, 4 + 4 * at)
  return Buffer.concat([header, Buffer.from(data)])
}

const IMAGES = idx(0x803, [2, 2, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
const LABELS = idx(0x801, [2], [1, 0])

describe('a set in MNIST’s layout', () => {
  test.each([
    ['packed', '-idx3-ubyte.gz', '-idx1-ubyte.gz', gzipSync],
    ['unpacked', '-idx3-ubyte', '-idx1-ubyte', (data: Buffer) => data],
    ['unpacked, with dots', '.idx3-ubyte', '.idx1-ubyte', (data: Buffer) => data],
  ])('is read %s', async (_, images, labels, pack) => {
    using folder = temporary()
    const write = (name: string, data: Buffer) => writeFileSync(join(folder.path, name), pack(data))
    write(`train-images${images}`, IMAGES)
    write(`train-labels${labels}`, LABELS)
    write(`t10k-images${images}`, idx(0x803, [1, 1, 1], [9]))
    const { train, test: held } = await openData(folder.path)
    expect(train).toMatchObject({ size: 2, channels: 1, nativeSize: 2, classes: ['0', '1'] })
    expect(train.labels).toEqual(Int32Array.of(1, 0))
    expect(train.describe(1)).toBe('train picture 1')
    expect(await train.read(1)).toEqual({
      data: Uint8Array.of(7, 8, 9, 10, 11, 12),
      width: 3,
      height: 2,
      channels: 1,
    })
    await expect(train.read(2)).rejects.toThrow(RangeError)
    expect(held?.labels).toBeUndefined()
    expect(held?.describe(0)).toBe('test picture 0')
  })

  test('needs its training pictures, and as many labels', async () => {
    using folder = temporary()
    writeFileSync(join(folder.path, 't10k-images-idx3-ubyte'), IMAGES)
    await expect(openData(folder.path)).rejects.toThrow('no train-images-idx3-ubyte')
    writeFileSync(join(folder.path, 'train-images-idx3-ubyte'), IMAGES)
    writeFileSync(join(folder.path, 'train-labels-idx1-ubyte'), idx(0x801, [3], [0, 1, 2]))
    await expect(openData(folder.path)).rejects.toThrow(
      /train-labels-idx1-ubyte' has 3 labels where .* has 2 pictures/,
    )
  })
})

describe('sets of any name', () => {
  const NAMES = [
    'emnist-letters-train-images-idx3-ubyte.gz',
    'emnist-letters-train-labels-idx1-ubyte.gz',
    'emnist-letters-test-images-idx3-ubyte',
    'emnist-letters-test-labels-idx1-ubyte',
    'emnist-digits-train-images-idx3-ubyte',
    'notes.txt',
  ]
  const lay = (folder: string, names: readonly string[]) => {
    for (const name of names) {
      const bytes = name.includes('labels') ? LABELS : IMAGES
      writeFileSync(join(folder, name), name.endsWith('.gz') ? gzipSync(bytes) : bytes)
    }
  }

  test('are told apart, and one file names its set', async () => {
    using folder = temporary()
    lay(folder.path, NAMES)
    expect(isIdxFolder(NAMES)).toBe(true)
    await expect(openIdx(folder.path, NAMES)).rejects.toThrow(
      /has the IDX files of 2 sets; give a file of the one that is meant, such as '.*emnist-letters-train/,
    )
    const file = (name: string) => openIdxFile(join(folder.path, name), NAMES)
    const { train, test: held } = await file(NAMES[0] as string)
    expect([...(train.labels ?? [])]).toEqual([1, 0])
    expect([...(held?.labels ?? [])]).toEqual([1, 0])
    const digits = await file('emnist-digits-train-images-idx3-ubyte')
    expect(digits.test).toBeUndefined()
    expect(digits.train.labels).toBeUndefined()
    expect((await file(NAMES[2] as string)).train).toMatchObject({ size: 2, classes: ['0', '1'] })
    await expect(file(NAMES[1] as string)).rejects.toThrow('is an IDX file of labels')
  })

  test('need no word for training', async () => {
    using folder = temporary()
    lay(folder.path, ['images-idx3-ubyte', 'labels-idx1-ubyte'])
    const { train } = await openIdx(folder.path, ['images-idx3-ubyte', 'labels-idx1-ubyte'])
    expect(train.labels).toEqual(Int32Array.of(1, 0))
  })

  test('may have channels as a fourth axis, before or after', async () => {
    using folder = temporary()
    const write = (shape: readonly number[]) =>
      writeFileSync(
        join(folder.path, 'images-idx4-ubyte'),
        idx(
          0x804,
          shape,
          Array.from({ length: 24 }, (_, at) => at),
        ),
      )
    const first = async () => {
      const { train } = await openIdx(folder.path, ['images-idx4-ubyte'])
      const { data, ...rest } = await train.read(0)
      return { data: [...data], ...rest }
    }
    write([2, 2, 2, 3])
    expect(await first()).toEqual({
      data: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
      height: 2,
      width: 2,
      channels: 3,
    })
    write([2, 3, 2, 2])
    expect((await first()).data).toEqual([0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11])
    write([1, 4, 2, 3])
    await expect(first()).rejects.toThrow(
      "images-idx4-ubyte' has the shape [1, 4, 2, 3], in which either axis",
    )
  })
})

describe('a wrong IDX file is refused with its name', () => {
  test.each([
    ['another magic number', LABELS, /begins with 0x00000801 where an IDX file has 0x00000803/],
    ['an end within the header', IMAGES.subarray(0, 10), /ends within its header after 10 bytes/],
    ['an empty file', Buffer.alloc(0), /ends within its header after 0 bytes/],
    [
      'an early end',
      IMAGES.subarray(0, -1),
      /more than a file of its length can hold|ends after 11 of the 12 bytes/,
    ],
    [
      'more than it states',
      Buffer.concat([IMAGES, IMAGES]),
      /is longer than the 12 bytes that its header states/,
    ],
    ['no pictures', idx(0x803, [0, 28, 28], []), /states a shape of 0 × 28 × 28/],
    [
      'a size beyond all memory',
      idx(0x803, [0xffffffff, 0xffff, 0xffff], []),
      /more than a file of its length can hold/,
    ],
  ])('%s', async (_, content, message) => {
    using folder = temporary()
    for (const [name, bytes] of [
      ['x-ubyte', content],
      ['x-ubyte.gz', gzipSync(content)],
    ] as const) {
      const path = join(folder.path, name)
      writeFileSync(path, bytes)
      const error = await readIdx(path, 3).catch((caught: Error) => caught)
      expect((error as Error).message).toMatch(message)
      expect((error as Error).message).toContain(`'${path}'`)
      expect((error as Error).name).toBe('SelfsameError')
    }
  })

  test('a packed file that is cut short or no gzip', async () => {
    using folder = temporary()
    const path = join(folder.path, 'x.gz')
    writeFileSync(path, gzipSync(IMAGES))
    truncateSync(path, 20)
    await expect(readIdx(path, 3)).rejects.toThrow(/x\.gz' cannot be read \(unexpected end of file\)/)
    writeFileSync(path, IMAGES)
    await expect(readIdx(path, 3)).rejects.toThrow(/cannot be read \(incorrect header check\)/)
    await expect(readIdx(join(folder.path, 'none'), 3)).rejects.toThrow(/none' cannot be read/)
  })
})

test.skipIf(!fashionFolder)(
  'Fashion-MNIST has 60,000 and 10,000 pictures, equally of ten classes',
  async () => {
    const { train, test: held } = await openData('fashion-mnist')
    const count = (labels?: Int32Array) =>
      FASHION_CLASSES.map((_, label) => labels?.filter((l) => l === label).length)
    expect(train).toMatchObject({ name: 'fashion-mnist', size: 60_000, channels: 1, nativeSize: 28 })
    expect(train.classes).toEqual(FASHION_CLASSES)
    expect(count(train.labels)).toEqual(Array(10).fill(6000))
    expect(held?.size).toBe(10_000)
    expect(count(held?.labels)).toEqual(Array(10).fill(1000))
    const file = gunzipSync(readFileSync(join(fashionFolder ?? '', 'train-images-idx3-ubyte.gz')))
    const last = await train.read(59_999)
    expect(Buffer.compare(last.data as Uint8Array, file.subarray(-784))).toBe(0)
    // published mean of the training pictures, 0.2860
    let sum = 0
    for (let at = 16; at < file.length; at++) sum += file[at] as number
    expect(sum / 255 / 60_000 / 784).toBeCloseTo(0.286, 4)
  },
)
