import { expect, test } from 'vitest'
import { openData } from '../open.js'
import { type Picture, PictureError } from '../picture.js'
import type { Data, Source } from '../source.js'
import { channelStatistics } from '../statistics.js'
import { hasSharedData, sharedData } from '../testing/shared-data.js'
import { type CheckOptions, checkData } from './check.js'

/** A picture of blurred spots that depends on its number; of `level` brightness. */
function spots(number: number, width = 40, height = 48, level = 1): Picture {
  const data = new Uint8Array(3 * width * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let value = 60
      for (let spot = 1; spot <= 6; spot++) {
        const across = ((number * 37 + spot * 61) % 89) / 89
        const down = ((number * 53 + spot * 29) % 97) / 97
        value += 90 * Math.exp(-40 * ((x / width - across) ** 2 + (y / height - down) ** 2))
      }
      for (let channel = 0; channel < 3; channel++)
        data[3 * (y * width + x) + channel] = Math.min(255, level * value + 10 * channel)
    }
  }
  return { data, width, height, channels: 3 }
}

type Made = [name: string, picture: Picture | string, label: number]

function source(made: readonly Made[], files = true): Source {
  return {
    name: 'made',
    size: made.length,
    channels: 3,
    maximum: 255,
    nativeSize: 40,
    labels: Int32Array.from(made, ([, , label]) => label),
    classes: ['cat', 'dog', 'rare', 'absent'],
    describe: (index) => made[index]?.[0] as string,
    read: async (index) => {
      const [name, picture] = made[index] as Made
      await new Promise((resolve) => setTimeout(resolve, (index * 7) % 5))
      if (typeof picture === 'string') throw new PictureError(name, picture)
      return picture
    },
    ...(files && { encoded: () => Promise.reject(new Error('not asked for')) }),
  }
}

const flat: Picture = { data: new Uint8Array(3 * 8 * 4).fill(200), width: 8, height: 4, channels: 3 }
const grey: Picture = { ...spots(9), data: spots(9).data.map((_, at, data) => data[at - (at % 3)] as number) }

const TRAIN: Made[] = [
  ['a.jpg', spots(1), 0],
  ['b.JPG', spots(2), 0],
  ['c.png', spots(1), 1],
  ['d.png', 'the file is cut short', 0],
  ['e.png', spots(3), 1],
  ['f.png', spots(2, 20, 24), 0],
  ['g.png', flat, 0],
  ['h', spots(4), -1],
  ['i.png', 'the file is cut short', 0],
  ['j.png', 'it is a folder', 0],
  ['k.png', grey, 2],
  ['l.png', { ...flat, data: flat.data.map(() => 90) }, 1],
]
const TEST: Made[] = [
  ['t/a.png', spots(3), 1],
  ['t/b.png', spots(4, 40, 48, 0.8), 0],
  ['t/c.png', spots(5), 1],
  ['t/d.png', spots(2), 0],
]
const DATA: Data = { train: source(TRAIN), test: source(TEST), notes: ['left out because of a link'] }

test('a set is counted, measured and compared', async () => {
  const check = await checkData(DATA)
  expect(check).toMatchObject({
    name: 'made',
    train: 12,
    test: 4,
    looked: 16,
    visited: 16,
    read: 13,
    notes: ['left out because of a link'],
    endings: { png: 13, jpg: 2, '': 1 },
    channels: 3,
    maximum: 255,
    sizes: { smallest: [8, 4], median: [40, 48], largest: [40, 48], small: 3 },
    // those of one colour are grey too
    grey: 3,
    unlabelled: 1,
    flat: { count: 2, paths: ['g.png', 'l.png'] },
    aside: {
      count: 3,
      limit: 5,
      groups: [
        { reason: 'the file is cut short', count: 2, paths: ['d.png', 'i.png'] },
        { reason: 'it is a folder', count: 1, paths: ['j.png'] },
      ],
    },
  })
  expect(check.classes).toEqual([
    { name: 'cat', train: 7, test: 2 },
    { name: 'dog', train: 3, test: 2 },
    { name: 'rare', train: 1, test: 0 },
    { name: 'absent', train: 0, test: 0 },
  ])
  const { labels: _, classes: __, ...unlabelled } = source(TRAIN)
  expect(await checkData({ ...DATA, train: unlabelled })).toMatchObject({
    classes: [
      { name: 'cat', train: 0, test: 2 },
      { name: 'dog', train: 0, test: 2 },
      { name: 'rare', train: 0, test: 0 },
      { name: 'absent', train: 0, test: 0 },
    ],
    unlabelled: 12,
  })
  const good = source(TRAIN.filter(([, picture]) => typeof picture !== 'string'))
  const expected = await channelStatistics(good, good.size)
  expect(check.statistics).toEqual(expected)
})

test('the median is a picture that there is, not one of the widths beside one of the heights', async () => {
  const plain = (width: number, height: number): Picture => ({ ...spots(1, width, height) })
  const sizesOf = async (...sizes: [number, number][]) => {
    const made = sizes.map(([width, height], at): Made => [`${at}.png`, plain(width, height), 0])
    return (await checkData({ train: source(made) })).sizes
  }
  // of widths and of heights it was 300 × 300
  expect(await sizesOf([1, 300], [300, 1])).toEqual({
    smallest: [1, 300],
    median: [300, 1],
    largest: [300, 1],
    small: 2,
  })
  expect(await sizesOf([90, 80], [10, 200], [200, 10], [40, 40], [300, 2])).toMatchObject({
    smallest: [300, 2],
    median: [10, 200],
    largest: [90, 80],
  })
})

test('copies are found within a side and across the split', async () => {
  const { exact } = await checkData(DATA)
  // 1 with two classes; 2 and 3 on both sides
  expect(exact).toMatchObject({ pictures: 6, groups: 3, testInTrain: 2, labelsDiffer: 1 })
  expect(exact.examples.map(({ pictures }) => pictures.map(({ path }) => path))).toEqual([
    ['b.JPG', 't/d.png'],
    ['e.png', 't/a.png'],
    ['a.jpg', 'c.png'],
  ])
  expect(exact.examples[2]?.pictures).toEqual([
    { path: 'a.jpg', side: 'train', label: 'cat' },
    { path: 'c.png', side: 'train', label: 'dog' },
  ])
})

test('a sample is spread over both sides, and stopping tells what is known', async () => {
  const sampled = await checkData(DATA, { sample: 8 })
  expect(sampled).toMatchObject({ looked: 8, visited: 8, read: 7, train: 12, test: 4 })
  /** Stopped as soon as it tells of this. */
  const stoppedAt = (when: number) => {
    const stop = new AbortController()
    const progress: CheckOptions['progress'] = (count) => count === when && stop.abort()
    return checkData(DATA, { signal: stop.signal, progress })
  }
  const stopped = await stoppedAt(5)
  expect([stopped.interrupted, (await checkData(DATA)).interrupted]).toEqual([true, false])
  expect(stopped).toMatchObject({ visited: 5, read: 4, exact: { groups: 1 } })
  const nothing = await checkData({ train: source([['x', 'it is bad', 0]]) })
  expect(nothing).toMatchObject({ read: 0, aside: { count: 1 }, exact: { groups: 0 } })
  expect(nothing.sizes).toBeUndefined()
  expect(nothing.statistics).toBeUndefined()
})

test.skipIf(!hasSharedData)('CIFAR-10 has the published statistics, and no picture twice', async () => {
  const check = await checkData(await openData(sharedData('cifar10')))
  const published = { mean: [0.4914, 0.4822, 0.4465], std: [0.247, 0.2435, 0.2616] }
  for (const kind of ['mean', 'std'] as const) {
    expect(check.statistics?.[kind]).toEqual(published[kind].map((value) => expect.closeTo(value, 3.9)))
  }
  expect(check).toMatchObject({ read: 60_000, exact: { groups: 0 }, aside: { count: 0 } })
})
