import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parquetWriteBuffer, type SchemaElement } from 'hyparquet-writer'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { SelfsameError, UsageError } from '../../errors.js'
import { batches } from '../batches.js'
import { openData } from '../open.js'
import { Quarantine } from '../quarantine.js'
import type { Source } from '../source.js'
import { temporary } from '../testing/made.js'

/** Written by Arrow (pyarrow 25), so that reader and writer are strangers. */
const made = (name: string) => fileURLToPath(new URL(`../testing/parquet/${name}`, import.meta.url))

const png = (width: number, grey: number) =>
  sharp({ create: { width, height: 8, channels: 3, background: { r: grey, g: grey, b: grey } } })
    .png()
    .toBuffer()
const classNames = (source: Source, count: number) =>
  Array.from({ length: count }, (_, index) => source.classes?.[source.labels?.[index] ?? -1])

describe('pictures inside of Parquet, as Hugging Face stores them', () => {
  test('are read where they lie, in groups of rows, with the names of their classes', async () => {
    const { train, ...rest } = await openData(made('pictures.parquet'), { cacheBytes: 0 })
    expect(rest).toEqual({})
    expect(train).toMatchObject({ size: 25, channels: 3, maximum: 255, nativeSize: 8 })
    // in the order of the numbers, not of the names; -1 stands for none
    expect(train.classes).toEqual(['zebra', 'ant', 'mole'])
    expect([...(train.labels ?? [])]).toEqual([...Array.from({ length: 24 }, (_, i) => i % 3), -1])
    expect(train.describe(10)).toBe('pictures.parquet row 11')
    for (const index of [0, 9, 10, 23, 1]) {
      const { width, height, data } = await train.read(index)
      expect([width, height, ...data.subarray(0, 3)]).toEqual([8 + (index % 5), 8, 10 * index, 5, 7])
    }
    const { bytes, extension } = (await train.encoded?.(3)) ?? {}
    expect([extension, (await sharp(bytes).metadata()).width]).toEqual(['png', 11])
    await expect(train.read(25)).rejects.toThrow(RangeError)
  })

  test('are set aside where a row holds none', async () => {
    const { train } = await openData(made('pictures.parquet'), { cacheBytes: 0 })
    const quarantine = new Quarantine(train.size)
    const all = Array.from({ length: 25 }, (_, index) => index)
    for await (const { used } of batches(train, [all], { quarantine })) {
      expect([...used]).toEqual(all.map((index) => (index === 7 ? 8 : index === 12 ? 13 : index)))
    }
    expect(quarantine.list.map(({ path, reason }) => [path, reason.slice(0, 14)])).toEqual([
      ['pictures.parquet row 8', 'the row holds '],
      ['pictures.parquet row 13', 'its content is'],
    ])
  })

  test('also without the structure, and from a column of bytes', async () => {
    using folder = temporary()
    const pictures = await Promise.all(Array.from({ length: 40 }, (_, i) => png(8 + i, 6 * i)))
    const buffer = parquetWriteBuffer({
      columnData: [
        { name: 'image', data: pictures, type: 'BYTE_ARRAY', encoding: 'PLAIN', offsetIndex: true },
        { name: 'target', data: pictures.map((_, i) => `class ${i % 2}`), type: 'STRING' },
      ],
      pageSize: 400,
      rowGroupSize: 25,
    })
    writeFileSync(join(folder.path, 'x.parquet'), Buffer.from(buffer))
    const { train } = await openData(join(folder.path, 'x.parquet'), { cacheBytes: 0 })
    expect(classNames(train, 3)).toEqual(['class 0', 'class 1', 'class 0'])
    const read = await Promise.all(Array.from({ length: 40 }, (_, index) => train.read(39 - index)))
    expect(read.map(({ width, data }) => [width, data[0]])).toEqual(
      Array.from({ length: 40 }, (_, i) => [8 + 39 - i, 6 * (39 - i)]),
    )
  })

  test('in a folder of files are split by the names of these', async () => {
    using folder = temporary()
    for (const name of ['train-00000-of-00002', 'train-00001-of-00002', 'test-00000-of-00001'])
      copyFileSync(made('pictures.parquet'), join(folder.path, `${name}.parquet`))
    const { train, test: held } = await openData(folder.path)
    expect([train.size, held?.size]).toEqual([50, 25])
    // what is unlabelled is trained on, and a stranger beside a split is neither
    for (const name of ['unlabeled-00000-of-00001', 'more'])
      copyFileSync(made('pictures.parquet'), join(folder.path, `${name}.parquet`))
    const { train: all, test: asked, notes } = await openData(folder.path)
    expect([all.size, asked?.size]).toEqual([75, 25])
    expect([...(all.labels ?? [])].slice(50)).toEqual(Array(25).fill(-1))
    expect(notes).toEqual([
      'trained on without classes, as their place is called unlabelled: 25',
      "left out because it is neither for training nor for testing: 'more.parquet'",
    ])
    expect(train.describe(49)).toBe('train-00001-of-00002.parquet row 25')
    expect(held?.describe(0)).toBe('test-00000-of-00001.parquet row 1')
    expect((await held?.read(2))?.width).toBe(10)
    await expect(openData(join(folder.path, '..', 'nowhere'))).rejects.toThrow(UsageError)
  })
})

test('paths in Parquet are those of a manifest', async () => {
  using folder = temporary()
  mkdirSync(join(folder.path, 'pictures'))
  for (let i = 0; i < 6; i++) writeFileSync(join(folder.path, 'pictures', `${i}.png`), await png(8 + i, 9))
  copyFileSync(made('paths.parquet'), join(folder.path, 'list.parquet'))
  const { train, test: held } = await openData(join(folder.path, 'list.parquet'))
  // every fourth of 1,000 is for validation
  expect([train.size, held?.size]).toEqual([750, 250])
  expect(train.classes).toEqual(['cat', 'dog', 'ewe'])
  expect([0, 1, 2, 749].map((index) => train.describe(index))).toEqual(
    [1, 2, 3, 999].map((i) => `pictures/${i % 6}.png`),
  )
  expect(classNames(train, 3)).toEqual(['cat', 'ewe', 'dog'])
  expect((await train.read(2)).width).toBe(11)
})

describe('what is wrong with a Parquet file is told in one sentence', () => {
  const whole = readFileSync(made('paths.parquet'))
  const structSchema: SchemaElement[] = [
    { name: 'root', num_children: 1 },
    { name: 'box', num_children: 1, repetition_type: 'OPTIONAL' },
    { name: 'left', type: 'INT32', repetition_type: 'OPTIONAL' },
  ]
  const spoilt = Buffer.from(whole)
  // the footer alone is left whole
  spoilt.fill(0xee, 4, spoilt.length - 8 - spoilt.readUInt32LE(spoilt.length - 8))
  test.each([
    ['an empty file', Buffer.alloc(0), 'is no Parquet file that can be read ('],
    ['another file', Buffer.from('path,label\n1.png,a\n'), 'is no Parquet file that can be read ('],
    ['a file that is cut short', whole.subarray(0, 3000), 'is no Parquet file that can be read ('],
    ['damaged pages', spoilt, 'is no Parquet file that can be read ('],
    [
      'a compression that is not read',
      parquetWriteBuffer({
        columnData: [{ name: 'path', data: ['a.png'], type: 'STRING' }],
        codec: 'ZSTD',
        compressors: { ZSTD: (bytes) => bytes },
      }),
      'is no Parquet file that can be read (parquet unsupported compression codec: ZSTD); get the file again, or write it with snappy',
    ],
    [
      'no column of paths',
      parquetWriteBuffer({ columnData: [{ name: 'id', data: [1, 2], type: 'INT32' }] }),
      "has no column of paths, only 'id'; name the one",
    ],
    [
      'paths that are numbers',
      parquetWriteBuffer({ columnData: [{ name: 'image', data: [1, 2], type: 'INT32' }] }),
      "has no column of paths, only 'image'; name the one",
    ],
    [
      'no rows',
      parquetWriteBuffer({ columnData: [{ name: 'path', data: [], type: 'STRING' }] }),
      'has no rows; add some',
    ],
    [
      'a structure of another kind',
      parquetWriteBuffer({ columnData: [{ name: 'box', data: [{ left: 1 }] }], schema: structSchema }),
      "has no column of paths, only 'box'; name the one",
    ],
    [
      'an empty path',
      parquetWriteBuffer({ columnData: [{ name: 'path', data: ['a.png', null], type: 'STRING' }] }),
      'has no path; add it or remove the row',
    ],
  ])('%s', async (_, bytes, expected) => {
    using folder = temporary()
    const path = join(folder.path, 'x.parquet')
    writeFileSync(path, Buffer.from(bytes as ArrayBuffer))
    const error = await openData(path).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(SelfsameError)
    expect((error as Error).message).toContain(
      `'${path}' ${expected}`.replace(/' has no path.*/, "' has no path; add it"),
    )
    expect((error as Error).message).toMatch(/^[^\n]+[^\n.]$/)
  })
})

test('no change of a few bytes does more than make a file or a picture unreadable', async () => {
  using folder = temporary()
  const path = join(folder.path, 'x.parquet')
  const files = ['pictures.parquet', 'paths.parquet'].map((name) => readFileSync(made(name)))
  let state = 11
  const below = (count: number) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    return Math.floor((state / 2 ** 32) * count)
  }
  const names = new Set<string>()
  for (let round = 0; round < 200; round++) {
    const bytes = Buffer.from(files[round % 2] as Buffer)
    // half of them in the footer, where each byte counts
    const from = below(2) ? bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8) : 0
    for (let change = below(4); change >= 0; change--) bytes[from + below(bytes.length - from)] = below(256)
    writeFileSync(path, bytes)
    const fault = (error: Error) => names.add(error.name)
    const data = await openData(path, { cacheBytes: 0 }).catch(fault)
    if ('has' in data) continue
    await Promise.all(Array.from({ length: 25 }, (_, i) => data.train.read(i % data.train.size).catch(fault)))
  }
  expect([...names].sort()).toEqual(['PictureError', 'SelfsameError', 'UsageError'])
})
