import { execFileSync } from 'node:child_process'
import { renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import sharp from 'sharp'
import { beforeAll, describe, expect, test } from 'vitest'
import { batches } from '../batches.js'
import { openData } from '../open.js'
import { Quarantine } from '../quarantine.js'
import type { Source } from '../source.js'
import { temporary } from '../testing/made.js'
import { type MadeMember, madeTar } from '../testing/made-tar.js'
import { hasSharedData, sharedData } from '../testing/shared-data.js'

const pictures: Buffer[] = []
beforeAll(async () => {
  for (let value = 0; value < 12; value++) {
    const background = { r: 10 * value, g: 10 * value, b: 10 * value }
    pictures.push(
      await sharp({ create: { width: 4, height: 3, channels: 3, background } })
        .png()
        .toBuffer(),
    )
  }
})

const png = (name: string, value: number): MadeMember => ({ name, content: pictures[value] as Buffer })
const text = (name: string, content: string): MadeMember => ({ name, content })
const described = (source?: Source) =>
  source && Array.from({ length: source.size }, (_, index) => source.describe(index))
const classed = (source?: Source) =>
  source?.labels && Array.from(source.labels, (label) => source.classes?.[label] ?? null)

/** The values that pictures were made of, by which it is known that each is read from its place. */
async function values(source: Source): Promise<number[]> {
  const read = Array.from(
    { length: source.size },
    async (_, at) => ((await source.read(at)).data[0] as number) / 10,
  )
  return Promise.all(read)
}

function lay(folder: string, tars: Record<string, Buffer>): void {
  for (const [name, tar] of Object.entries(tars)) writeFileSync(join(folder, name), tar)
}

const OPTIONS = { cacheBytes: 0 }

describe('samples of a tar', () => {
  test('have the label beside them, whatever comes first', async () => {
    using folder = temporary()
    lay(folder.path, {
      'a.tar': madeTar([
        text('0001.cls', '10\n'),
        png('0001.png', 1),
        text('0001.txt', 'a caption'),
        png('0002.png', 2),
        text('0002.json', '{"caption": "", "label": 9}'),
        png('0003.left.png', 3),
        png('0003.right.png', 4),
        text('0003.cls', '9'),
        text('0003.json', '{"label": 1}'),
        png('sub/0001.png', 5),
        png('0004.png', 6),
        text('0004.json', '[]'),
        png('0005.png', 7),
        text('0005.json', '{"label'),
        png('.0006.png', 8),
        png('__MACOSX/._0001.png', 8),
      ]),
    })
    const { train, notes, ...rest } = await openData(join(folder.path, 'a.tar'), OPTIONS)
    expect(rest).toEqual({})
    expect(train).toMatchObject({ size: 7, channels: 3, nativeSize: 3, classes: ['9', '10'] })
    expect(described(train)).toEqual(
      ['0001', '0002', '0003.left', '0003.right', '0004', '0005', 'sub/0001'].map(
        (key) => `a.tar/${key}.png`,
      ),
    )
    expect(await values(train)).toEqual([1, 2, 3, 4, 6, 7, 5])
    expect(classed(train)).toEqual(['10', '9', '9', '9', null, null, null])
    expect(notes).toEqual([
      'left out because of another program that keeps it for itself: 1',
      'labels beside pictures that state no class: 2',
    ])
    const { bytes, extension } = (await train.encoded?.(2)) ?? {}
    expect(extension).toBe('png')
    expect(Buffer.compare(bytes as Uint8Array, pictures[3] as Buffer)).toBe(0)
    await expect(train.read(7)).rejects.toThrow(RangeError)
  })

  test('are labelled by folders where nothing is beside them', async () => {
    using folder = temporary()
    const members = [
      png('set/train/dog/1.png', 1),
      png('set/train/cat/1.png', 2),
      png('set/test/dog/9.png', 3),
      text('set/README', 'x'),
      png('set/train/cat/0.png', 4),
    ]
    lay(folder.path, {
      'a.tar': madeTar(members),
      'b.tar': madeTar([members[0] as MadeMember, members[1] as MadeMember]),
    })
    const { train, test: held } = await openData(join(folder.path, 'a.tar'), OPTIONS)
    expect(train.classes).toEqual(['cat', 'dog'])
    expect(classed(train)).toEqual(['cat', 'cat', 'dog'])
    expect(await values(train)).toEqual([4, 2, 1])
    expect(classed(held)).toEqual(['dog'])
    expect((await openData(join(folder.path, 'b.tar'), OPTIONS)).train.classes).toEqual(['cat', 'dog'])
  })
})

describe('shards', () => {
  const shards = () => ({
    'birds-train-000000.tar': madeTar([png('x.png', 1), text('x.cls', 'owl')]),
    'birds-train-000001.tar': madeTar([
      png('x.png', 2),
      text('x.cls', 'wren'),
      png('w.png', 3),
      text('w.cls', 'owl'),
    ]),
    'birds-val-000000.tar': madeTar([png('x.png', 4), text('x.cls', 'wren')]),
  })

  test('are split by name, and a sample may have the name of one in another shard', async () => {
    using folder = temporary()
    lay(folder.path, { ...shards(), 'birds-more.tar': madeTar([png('z.png', 5)]) })
    const told: string[] = []
    const progress = (what: string, done: number, total: number) => told.push(`${what} ${done}/${total}`)
    const { train, test: held, notes } = await openData(folder.path, { ...OPTIONS, progress })
    expect(train.classes).toEqual(['owl', 'wren'])
    expect(described(train)).toEqual([
      'birds-train-000001.tar/w.png',
      'birds-train-000000.tar/x.png',
      'birds-train-000001.tar/x.png',
    ])
    expect(classed(train)).toEqual(['owl', 'owl', 'wren'])
    expect(await values(train)).toEqual([3, 1, 2])
    expect(classed(held)).toEqual(['wren'])
    expect(notes).toEqual(["left out because it is neither for training nor for testing: 'birds-more.tar'"])
    expect(told.sort().at(-1)).toBe('Listing the tars 4/4')
  })

  test('of unlabelled pictures are trained on; those for validation are left out, and labels for testing are kept', async () => {
    using folder = temporary()
    lay(folder.path, {
      'test-0.tar': madeTar([png('a.png', 1), text('a.cls', 'owl'), png('b.png', 2), text('b.cls', 'wren')]),
      'train-0.tar': madeTar([png('a.png', 3)]),
      'unlabeled-0.tar': madeTar([png('a.png', 4), png('c/@eaDir/a.png', 5)]),
      'val-0.tar': madeTar([png('a.png', 6)]),
    })
    const { train, test: held, notes } = await openData(folder.path, OPTIONS)
    expect(described(train)).toEqual(['train-0.tar/a.png', 'unlabeled-0.tar/a.png'])
    expect([train.labels, classed(held)]).toEqual([undefined, ['owl', 'wren']])
    expect(notes).toEqual([
      'left out because of another program that keeps it for itself: 1',
      'trained on without classes, as their place is called unlabelled: 1',
      'left out because there are pictures for testing: 1 for validation',
    ])
  })

  test('and folders in them whose names differ in Unicode form alone are one class', async () => {
    using folder = temporary()
    const classes = ['caf\u00e9', 'cafe\u0301', 'zoo']
    lay(folder.path, { 'a.tar': madeTar(classes.map((name, at) => png(`${name}/${at}.png`, at + 1))) })
    const { train } = await openData(folder.path, OPTIONS)
    expect(train.classes).toEqual(['caf\u00e9', 'zoo'])
    // in the order of their bytes, each from its place
    expect(await values(train)).toEqual([2, 1, 3])
    expect([...(train.labels ?? [])]).toEqual([0, 0, 1])
  })

  test('are named by a pattern', async () => {
    using folder = temporary()
    lay(folder.path, shards())
    const pattern = (range: string) => join(folder.path, `birds-train-${range}.tar`)
    const { train, ...rest } = await openData(pattern('{000000..000001}'), OPTIONS)
    expect(rest).toEqual({})
    expect(train.size).toBe(3)
    await expect(openData(pattern('{000000..000003}'))).rejects.toThrow(
      /^2 of the 4 tars of '.*' are not there, among them '.*birds-train-000002\.tar'; check the numbers$/,
    )
    await expect(openData(pattern('{000003..000000}'))).rejects.toThrow('goes from 000003 to 000000')
    await expect(openData(pattern('{0..99999999}'))).rejects.toThrow('give the numbers in order')
  })

  test('with class folders share their classes', async () => {
    using folder = temporary()
    lay(folder.path, {
      'train.tar': madeTar([png('train/b/1.png', 1), png('train/a/1.png', 2)]),
      'test.tar': madeTar([png('test/b/1.png', 3)]),
    })
    const { train, test: held } = await openData(folder.path, OPTIONS)
    expect(train.classes).toEqual(['a', 'b'])
    expect(classed(train)).toEqual(['a', 'b'])
    expect(held?.labels).toEqual(Int32Array.of(1))
  })

  test('that vanish or change while they are read set their pictures aside', async () => {
    using folder = temporary()
    const of = (from: number) =>
      madeTar(Array.from({ length: 4 }, (_, i) => png(`${from + i}.png`, from + i)))
    lay(folder.path, { 'a-0.tar': of(0), 'a-1.tar': of(4), 'a-2.tar': of(8) })
    const { train } = await openData(folder.path, OPTIONS)
    const [first, second] = ['a-0.tar', 'a-1.tar'].map((name) => join(folder.path, name)) as [string, string]
    // what is open can still be read until it is closed
    await new Promise((resolve) => setTimeout(resolve, 2500))
    renameSync(first, `${first}.gone`)
    truncateSync(second, 1000)
    const quarantine = new Quarantine(train.size, { maxShare: 0.9 })
    const order = [Array.from({ length: 12 }, (_, index) => index)]
    for await (const { used } of batches(train, order, { quarantine })) {
      expect([...used].every((index) => basename(train.describe(index)) >= '8')).toBe(false)
      expect([...used].every((index) => train.describe(index).startsWith('a-2.tar'))).toBe(true)
    }
    const reasons = new Map(quarantine.list.map(({ path, reason }) => [path, reason]))
    expect(reasons.size).toBe(8)
    expect(reasons.get('a-0.tar/2.png')).toBe("'a-0.tar' is no longer there")
    expect(reasons.get('a-1.tar/5.png')).toBe("'a-1.tar' has changed since it was opened")
  })
})

test.skipIf(!hasSharedData)('photographs in a tar are those in the folder', async () => {
  using folder = temporary()
  const path = join(folder.path, 'photos.tar')
  execFileSync('tar', ['-cf', path, '-C', join(sharedData('photos'), '..'), 'photos'])
  const inFolder = await openData(sharedData('photos'), OPTIONS)
  const inTar = await openData(path, OPTIONS)
  expect(inTar.train.classes).toEqual(inFolder.train.classes)
  for (const side of ['train', 'test'] as const) {
    const [one, other] = [inTar[side], inFolder[side]]
    expect(one?.labels).toEqual(other?.labels)
    expect(described(one)).toEqual(described(other)?.map((name) => `photos.tar/photos/${name}`))
    expect({ ...one, name: '' }).toMatchObject({ nativeSize: other?.nativeSize, channels: 3, maximum: 255 })
    for (const index of [0, 17, (one?.size ?? 0) - 1]) {
      const [mine, its] = [await one?.read(index), await other?.read(index)]
      expect([mine?.width, mine?.height]).toEqual([its?.width, its?.height])
      // toEqual() takes seconds for so many numbers
      expect(Buffer.compare(mine?.data as Uint8Array, its?.data as Uint8Array)).toBe(0)
    }
  }
})

describe('damage', () => {
  test('costs what follows it, and a note says so', async () => {
    using folder = temporary()
    const tar = madeTar([png('1.png', 1), png('2.png', 2), png('3.png', 3)])
    lay(folder.path, {
      'a.tar': tar.subarray(0, tar.length - 1024 - 512),
      'b.tar': madeTar([png('4.png', 4)]),
    })
    const { train, notes } = await openData(folder.path, OPTIONS)
    expect(await values(train)).toEqual([1, 2, 4])
    expect(notes).toEqual([
      "left out because of damage: what follows the 2 pictures found in 'a.tar' (it is cut short within '3.png')",
    ])
  })

  test('or emptiness that leaves nothing is told in one sentence', async () => {
    using folder = temporary()
    const told = async (name: string, content: Buffer) => {
      writeFileSync(join(folder.path, name), content)
      const error = await openData(join(folder.path, name)).catch((caught: Error) => caught)
      rmSync(join(folder.path, name))
      expect((error as Error).message).toMatch(/^[^\n]+[^\n.]$/)
      return (error as Error).message.replaceAll(folder.path, '')
    }
    const tar = madeTar([png('1.png', 1)])
    expect(await told('a.tar', Buffer.alloc(0))).toBe(
      "'/a.tar' holds no picture that can be found: it is empty; get the file again",
    )
    expect(await told('a.tar', Buffer.alloc(5000, 3))).toContain(
      'the header at byte 0 is damaged; get the file',
    )
    expect(await told('a.tar', gzipSync(tar))).toContain("'/a.tar' is no plain tar: it is packed with gzip")
    // nothing is named that refuses it just as well
    expect(await told('a.tar', gzipSync(tar))).toMatch(
      /one by one; unpack it into a folder \(tar -xf\) and give that$/,
    )
    for (const name of ['a.tar.gz', 'a.tgz', 'a.tar.zst'])
      expect(await told(name, gzipSync(tar))).toContain(
        'is a packed tar, whose pictures cannot be read one by one; unpack it into a folder (tar -xf) and give that',
      )
    expect(await told('a.tar', madeTar([text('x.txt', '')]))).toContain(
      "'/a.tar' holds no picture file (1 other file)",
    )
    expect(await told('a.tar', madeTar([text('x.png', 'no picture')]))).toContain(
      'none of the 1 looked at can be read',
    )
    writeFileSync(join(folder.path, 'b.tar.gz'), gzipSync(tar))
    await expect(openData(folder.path)).rejects.toThrow("b.tar.gz' is a packed tar")
  })
})
