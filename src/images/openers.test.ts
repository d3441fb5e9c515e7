import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { UsageError } from '../errors.js'
import { openData } from './open.js'
import { isOffline } from './sets/sets.js'
import { temporary } from './testing/made.js'
import { madeTar } from './testing/made-tar.js'

afterEach(() => vi.unstubAllEnvs())

const IDX = Buffer.from([0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 7, 8])
const NPY = Buffer.concat([
  Buffer.from('\x93NUMPY\x01\x00\x46\x00', 'latin1'),
  Buffer.from("{'descr': '|u1', 'fortran_order': False, 'shape': (1, 1, 2), }".padEnd(70)),
  Buffer.of(7, 8),
])

/** Lays files, opens what is named there, and says what the first picture is. */
async function first(files: Record<string, Buffer>, name = '') {
  using folder = temporary()
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder.path, path, '..'), { recursive: true })
    writeFileSync(join(folder.path, path), content)
  }
  const { train } = await openData(join(folder.path, name))
  const { data } = await train.read(0)
  return { size: train.size, channels: train.channels, begins: [...data.subarray(0, 2)] }
}

describe('what lies at a path is told by names', () => {
  test.each([
    ['a folder of IDX files', { 'images-idx3-ubyte': IDX }, ''],
    ['an IDX file', { 'x/a-idx3-ubyte': IDX, 'x/b-idx3-ubyte': IDX }, 'x/b-idx3-ubyte'],
    ['a folder of arrays', { 'train.npy': NPY, 'readme.txt': NPY }, ''],
    ['a folder of arrays from macOS', { 'train.npy': NPY, '._train.npy': NPY, '._x.jpg': NPY }, ''],
    ['an array', { 'a.npy': NPY, 'b.NPY': NPY }, 'b.NPY'],
  ])('%s', async (_, files, name) => {
    expect(await first(files as Record<string, Buffer>, name)).toEqual({
      size: 1,
      channels: 1,
      begins: [7, 8],
    })
  })

  test('binaries of CIFAR-100 and STL-10', async () => {
    const colours = { size: 1, channels: 3, begins: [9, 9] }
    expect(await first({ 'train.bin': Buffer.alloc(3074, 9), 'test.bin': Buffer.alloc(3074, 9) })).toEqual(
      colours,
    )
    expect(await first({ 'unlabeled_X.bin': Buffer.alloc(3 * 96 * 96, 9) })).toEqual(colours)
  })

  test('tars, alone and in a folder; pictures beside one make it a folder of pictures', async () => {
    const background = { r: 9, g: 9, b: 9 }
    const png = await sharp({ create: { width: 2, height: 2, channels: 3, background } })
      .png()
      .toBuffer()
    const tar = madeTar([{ name: 'a.png', content: png }])
    const two = madeTar([
      { name: 'a.png', content: png },
      { name: 'b.png', content: png },
    ])
    expect((await first({ 'x.TAR': two }, 'x.TAR')).size).toBe(2)
    expect((await first({ 'a.tar': two, 'b.tar': tar })).size).toBe(3)
    expect((await first({ 'a.tar': two, 'b.png': png })).size).toBe(1)
  })

  test('what is not read is refused with what to do', async () => {
    const told = async (files: Record<string, Buffer>, name = '') => {
      const error = await first(files, name).catch((caught: unknown) => caught)
      expect(error).toBeInstanceOf(UsageError)
      return (error as Error).message
    }
    expect(await told({ 'a.npz': NPY }, 'a.npz')).toContain('save its arrays with numpy.save')
    expect(await told({ 'a.tar.gz': NPY }, 'a.tar.gz')).toContain('is a packed tar')
    expect(await told({ 'a.zip': NPY }, 'a.zip')).toMatch(
      /is a file of a kind that is not read; give a folder of pictures.* an IDX file of pictures \(-idx3-ubyte\), an array \(\.npy\),.* a tar \(\.tar\)/,
    )
    expect(await told({ 'labels-idx1-ubyte': IDX }, 'labels-idx1-ubyte')).toContain(
      'is an IDX file of labels',
    )
  })
})

describe('sets by name', () => {
  test.each([
    ['mnist', 'mnist', 'train-images-idx3-ubyte', IDX],
    ['mnist', 'MNIST/raw', 'train-images-idx3-ubyte', IDX],
    ['fashion-mnist', 'fashion-mnist', 'train-images-idx3-ubyte', IDX],
    ['cifar100', 'cifar-100-binary', 'train.bin', Buffer.alloc(3074)],
    ['stl10', 'stl10_binary', 'train_X.bin', Buffer.alloc(3 * 96 * 96)],
  ])('%s is found in SELFSAME_DATA as %s', async (name, folder, file, content) => {
    using own = temporary()
    mkdirSync(join(own.path, folder), { recursive: true })
    writeFileSync(join(own.path, folder, file), content)
    if (name === 'cifar100') writeFileSync(join(own.path, folder, 'test.bin'), content)
    vi.stubEnv('SELFSAME_DATA', own.path)
    expect((await openData(name)).train).toMatchObject({ name, size: 1 })
  })

  test('are not downloaded where that is forbidden', async () => {
    using own = temporary()
    vi.stubEnv('SELFSAME_DATA', own.path)
    vi.stubEnv('SELFSAME_OFFLINE', '1')
    await expect(openData('stl10')).rejects.toThrow(
      /^data set 'stl10' is not in .*stl10_binary and SELFSAME_OFFLINE forbids its download; unpack 'stl10_binary\.tar\.gz' into/,
    )
    vi.stubEnv('SELFSAME_OFFLINE', '')
    await expect(openData('stl10', { download: false })).rejects.toThrow(/stl10_binary; unpack/)
    expect(
      [undefined, '', '0', 'false', '1', 'yes'].map((value) => value !== undefined && isOffline(value)),
    ).toEqual([false, false, false, false, true, true])
  })
})
