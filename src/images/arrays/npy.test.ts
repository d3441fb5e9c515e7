import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Budget } from '../cache.js'
import { decodedAs, type Source } from '../source.js'
import { temporary } from '../testing/made.js'
import { openArrays, refuseNpz } from './npy.js'

/** An npy file as NumPy writes it. */
function npy(
  descr: string,
  shape: readonly number[],
  values: Buffer,
  { fortran = false, version = 1 } = {},
): Buffer {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`
  const text = `{'descr': '${descr}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${tuple}, }`
  const start = version === 1 ? 10 : 12
  const padded = `${text.padEnd(64 * Math.ceil((start + text.length + 1) / 64) - start - 1)}\n`
  const head = Buffer.alloc(start)
  head.write('\x93NUMPY', 'latin1')
  head[6] = version
  if (version === 1) head.writeUInt16LE(padded.length, 8)
  else head.writeUInt32LE(padded.length, 8)
  return Buffer.concat([head, Buffer.from(padded, 'latin1'), values])
}

const bytesOf = (array: { buffer: ArrayBufferLike }) => Buffer.from(array.buffer)

async function opened(files: Record<string, Buffer>, only?: string, bytes = 1e9) {
  using folder = temporary()
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder.path, name), content)
  const data = await openArrays(folder.path, Object.keys(files), only, new Budget(bytes))
  return { ...data, pictures: await all(data.train), held: data.test && (await all(data.test)) }
}

async function all(source: Source): Promise<number[][]> {
  const read = Array.from({ length: source.size }, async (_, index) => [...(await source.read(index)).data])
  return Promise.all(read)
}

const COUNTED = Buffer.from(Array.from({ length: 24 }, (_, at) => at))

describe('arrays of pictures', () => {
  test('are read from memory, or from the file where memory is short, alike', async () => {
    for (const version of [1, 2, 3]) {
      const file = npy('|u1', [2, 2, 2, 3], COUNTED, { version })
      const pictures = [[...COUNTED.subarray(0, 12)], [...COUNTED.subarray(12)]]
      for (const bytes of [1e9, 23]) {
        const read = await opened({ 'birds.npy': file }, undefined, bytes)
        expect(read.train).toMatchObject({ size: 2, channels: 3, maximum: 255, nativeSize: 2 })
        expect(read.pictures).toEqual(pictures)
        expect(read.train.describe(1)).toBe('train picture 1')
        expect(read.train.labels).toBeUndefined()
      }
    }
  })

  test('of planes become interleaved', async () => {
    const read = await opened({ 'a.npy': npy('|u1', [2, 3, 2, 2], COUNTED) })
    expect(read.pictures[0]).toEqual([0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11])
  })

  test.each([
    [1023, [0, 1023]],
    [4095, [0, 1024]],
    [16_383, [4096, 0]],
    [65_535, [20_000, 65_535]],
  ])('of uint16 have full brightness %i', async (maximum, values) => {
    const little = bytesOf(Uint16Array.from(values))
    for (const [descr, bytes] of [
      ['<u2', little],
      ['>u2', Buffer.from(little).swap16()],
    ] as const) {
      const read = await opened({ 'a.npy': npy(descr, [2, 1, 1], bytes) })
      expect(read.train).toMatchObject({ maximum, channels: 1 })
      expect(read.pictures.flat()).toEqual(values)
      expect((await read.train.read(0)).data).toBeInstanceOf(Uint16Array)
    }
  })

  test('of uint16 keep the brightness that a run asks for', async () => {
    const file = npy('<u2', [1, 1, 1], bytesOf(Uint16Array.of(7)))
    const read = await opened({ 'a.npy': file })
    expect(decodedAs(read, { maximum: 4095 }).train.maximum).toBe(4095)
    expect(decodedAs(read, { maximum: 255 }).train.maximum).toBe(1023)
  })

  test('of bool are black and white', async () => {
    expect((await opened({ 'a.npy': npy('|b1', [1, 1, 2], Buffer.of(1, 0)) })).pictures).toEqual([[255, 0]])
  })

  test.each([
    ['<f4', (values: number[]) => bytesOf(Float32Array.from(values))],
    ['>f4', (values: number[]) => bytesOf(Float32Array.from(values)).swap32()],
    ['<f8', (values: number[]) => bytesOf(Float64Array.from(values))],
    ['>f8', (values: number[]) => bytesOf(Float64Array.from(values)).swap64()],
  ])('of %s are scaled from the range of both sides', async (descr, bytes) => {
    const read = await opened({
      'train.npy': npy(descr, [2, 1, 2], bytes([-1, 0, 0.5, 1])),
      'test.npy': npy(descr, [1, 1, 2], bytes([3, 0])),
    })
    // 65535 / 4 to a unit, from -1
    expect(read.pictures).toEqual([
      [0, 16_384],
      [24_576, 32_768],
    ])
    expect(read.held).toEqual([[65_535, 16_384]])
    expect(read.train.maximum).toBe(65_535)
    expect(read.notes).toEqual(['the values -1 to 3 of float arrays are read as 0 to full brightness'])
    const unit = await opened({ 'a.npy': npy(descr, [1, 1, 2], bytes([0.25, 0.5])) })
    expect(unit.pictures).toEqual([[16_384, 32_768]])
  })

  test('of three axes that look like one picture are noted', async () => {
    const { notes, train } = await opened({ 'x_train.npy': npy('|u1', [16, 16, 3], Buffer.alloc(768)) })
    expect(train).toMatchObject({ size: 16, channels: 1 })
    expect(notes?.[0]).toMatch("'x_train.npy' has the shape [16, 16, 3] and is read as 16 grey pictures")
  })

  test('with infinite values or none are refused by picture', async () => {
    for (const value of [Number.NaN, -Infinity]) {
      const file = npy('<f4', [3, 1, 2], bytesOf(Float32Array.of(0, 1, 2, 3, value, 5)))
      await expect(opened({ 'a.npy': file })).rejects.toThrow(
        `a.npy' holds ${value} in picture 2 where numbers`,
      )
    }
  })
})

describe('labels and splits go by name', () => {
  const picture = (value: number) => npy('|u1', [2, 1, 1], Buffer.of(value, value))
  const labels = (...values: number[]) =>
    npy('<i8', [values.length], bytesOf(BigInt64Array.from(values, BigInt)))

  test.each([
    [['train.npy', 'train_labels.npy', 'test.npy', 'test_labels.npy']],
    [['x_train.npy', 'y_train.npy', 'x_test.npy', 'y_test.npy']],
    [['train_images.npy', 'train_labels.npy', 'val_images.npy', 'val_labels.npy']],
  ])('%j', async (names) => {
    const contents = [picture(1), labels(7, 9), picture(2), labels(8, 7)]
    const read = await opened(Object.fromEntries(names.map((name, at) => [name, contents[at] as Buffer])))
    expect(read.pictures).toEqual([[1], [1]])
    expect(read.held).toEqual([[2], [2]])
    expect(read.train.classes).toEqual(['7', '8', '9'])
    expect([...(read.train.labels ?? [])]).toEqual([0, 2])
    expect([...(read.test?.labels ?? [])]).toEqual([1, 0])
  })

  test.each(['labels.npy', 'birds_labels.npy', 'y.npy', 'birds-y.npy'])('birds.npy and %s', async (name) => {
    for (const only of [undefined, 'birds.npy']) {
      const read = await opened({ 'birds.npy': picture(1), [name]: labels(-1, 10) }, only)
      expect([...(read.train.labels ?? [])]).toEqual([-1, 0])
    }
  })

  test('and what they leave out is said', async () => {
    const arrays = {
      'train.npy': picture(1),
      'test.npy': picture(2),
      'unlabeled.npy': picture(3),
      'val.npy': picture(4),
    }
    const read = await opened({ ...arrays, 'val_labels.npy': labels(1, 2) })
    expect([read.pictures, read.held]).toEqual([
      [[1], [1]],
      [[2], [2]],
    ])
    expect(read.notes).toEqual([
      "left out because it is neither for training nor for testing: 'unlabeled.npy' and 1 more",
    ])
  })

  test('and are not guessed', async () => {
    const three = { 'a.npy': picture(1), 'b.npy': picture(2), 'a_labels.npy': labels(1, 2) }
    await expect(opened(three)).rejects.toThrow(/holds 2 arrays; give one of them, such as '.*a\.npy'/)
    expect((await opened(three, 'b.npy')).train.labels).toBeUndefined()
    expect((await opened(three, 'a.npy')).train.classes).toEqual(['1', '2'])
    await expect(opened(three, 'a_labels.npy')).rejects.toThrow(
      "a_labels.npy' is an array of labels by its name",
    )
    await expect(opened({ 'y.npy': labels(1) })).rejects.toThrow('but none of pictures')
    await expect(opened({ 'x.npy': picture(1), 'y.npy': labels(1) })).rejects.toThrow(
      /y\.npy' has the shape \[1\] where one label for each of the 2 pictures in 'x.npy'/,
    )
    const floats = npy('<f4', [2], bytesOf(Float32Array.of(1, 2)))
    await expect(opened({ 'x.npy': picture(1), 'y.npy': floats })).rejects.toThrow(
      'holds float32 where labels',
    )
    await expect(
      opened({ 'train.npy': picture(1), 'test.npy': npy('|b1', [1, 1, 1], Buffer.of(1)) }),
    ).rejects.toThrow(/holds bool8 with 1 channel and .* uint8 with 1 channel; save both alike/)
  })
})

describe('a wrong file is refused in one sentence', () => {
  const good = npy('|u1', [2, 2, 2, 3], COUNTED)
  test.each([
    ['an empty file', Buffer.alloc(0), /ends within its header after 0 bytes/],
    ['an end within the header', good.subarray(0, 50), /ends within its header after 50 bytes/],
    ['another file', Buffer.alloc(200), /does not begin as an npy file does/],
    ['another version', Buffer.from(good).fill(9, 6, 7), /has version 9/],
    [
      'a huge header',
      Buffer.from(npy('|u1', [1], Buffer.of(1), { version: 2 })).fill(255, 8, 12),
      /header of 4294967295/,
    ],
    [
      'a file cut short',
      good.subarray(0, -1),
      /has 23 bytes of values where its shape \[2, 2, 2, 3\] takes 24/,
    ],
    ['a file too long', Buffer.concat([good, good]), /where its shape/],
    ['a claim beyond all memory', npy('<f8', [1e9, 1e9, 1e9], COUNTED), /where its shape/],
    ['pickled objects', npy('|O', [24], COUNTED), /pickled Python objects, which are never read/],
    ['text', npy('<U6', [1], COUNTED), /values of type '<U6', which are not read/],
    ['Fortran order', npy('|u1', [2, 2, 2, 3], COUNTED, { fortran: true }), /in Fortran order/],
    ['whole numbers of 64 bits', npy('<i8', [3, 1, 1], COUNTED), /holds int64 where .* save array\.astype/],
    ['a table', npy('|u1', [2, 12], COUNTED), /has the shape \[2, 12\] where \[N, H, W\]/],
    ['nothing', npy('|u1', [0, 2, 2], Buffer.alloc(0)), /which is nothing/],
    ['a header of no fields', Buffer.from(good).fill(32, 10, 80), /does not state type, order and shape/],
  ])('%s', async (_, content, message) => {
    const error = await opened({ 'a.npy': content }).catch((caught: Error) => caught)
    expect((error as Error).message).toMatch(message)
    expect((error as Error).message).toMatch(/^'[^\n]*a\.npy' [^\n]+; [^\n]+[^.]$/)
  })

  test('fields', async () => {
    const text = Buffer.from(good)
      .toString('latin1')
      .replace("'|u1'                 ".trim(), "[('a','<u1')]")
    await expect(opened({ 'a.npy': Buffer.from(text, 'latin1') })).rejects.toThrow(/several fields|header/)
  })

  test('an archive', async () => {
    await expect(refuseNpz('/data/birds.npz')).rejects.toThrow("numpy.save into '/data/birds.npy'")
  })
})
