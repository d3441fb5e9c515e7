import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { evenSubset, labelledPart, splitForJudging, subset } from './subset.js'
import { madeSource } from './testing/made.js'

const labelled = (size: number, classOf: (index: number) => number) => ({
  ...madeSource(size),
  labels: Int32Array.from({ length: size }, (_, index) => classOf(index)),
  classes: ['a', 'b', 'c'],
})

describe('subset', () => {
  test('takes pictures at even distances, or all there are', () => {
    const source = madeSource(10)
    const some = evenSubset(source, 4)
    expect([0, 1, 2, 3].map((index) => some.describe(index))).toEqual(['0.png', '2.png', '5.png', '7.png'])
    expect(evenSubset(source, 10)).toBe(source)
  })

  test('numbers anew and takes labels and names along', async () => {
    const part = subset(
      labelled(10, (index) => index % 3),
      [7, 2, 2],
    )
    expect(part.size).toBe(3)
    expect([...(part.labels ?? [])]).toEqual([1, 2, 2])
    expect(part.describe(0)).toBe('7.png')
    expect((await part.read(1)).data[0]).toBe(2)
    await expect(part.read(3)).rejects.toThrow(RangeError)
  })

  test('has the headers of its pictures, where there are any', async () => {
    const facts = { height: 1, channels: 3, maximum: 255, pages: 1, format: 'PNG' }
    const source = { ...madeSource(10), header: async (width: number) => ({ ...facts, width }) }
    const part = subset(source, [7, 2])
    expect([(await part.header?.(0))?.width, (await part.header?.(1))?.width]).toEqual([7, 2])
    await expect(part.header?.(2)).rejects.toThrow(RangeError)
    expect(subset(madeSource(10), [1]).header).toBeUndefined()
  })

  test('refuses what the source does not have', () => {
    expect(() => subset(madeSource(10), [10])).toThrow('made has pictures 0 to 9, got 10')
    expect(() => subset(madeSource(10), [-1])).toThrow(RangeError)
  })
})

test('labelledPart leaves out what has no class, unless nothing has one', async () => {
  const part = labelledPart(labelled(10, (index) => (index % 4 === 1 ? 2 : -1)))
  expect([...(part.labels ?? [])]).toEqual([2, 2, 2])
  expect([0, 1, 2].map(part.describe)).toEqual(['1.png', '5.png', '9.png'])
  for (const source of [madeSource(4), labelled(4, () => -1), labelled(4, () => 0)])
    expect(labelledPart(source)).toBe(source)
})

describe('splitForJudging', () => {
  const names = (source: { size: number; describe(index: number): string }) =>
    Array.from({ length: source.size }, (_, index) => source.describe(index))

  test('takes the share of each class, every picture on one side', () => {
    // 200, 99 and 1 pictures of three classes
    const { train, test } = splitForJudging(labelled(300, (index) => (index < 200 ? 0 : index < 299 ? 1 : 2)))
    const count = (source: { labels?: Int32Array }) =>
      [0, 1, 2].map((label) => source.labels?.filter((other) => other === label).length)
    expect(count(test)).toEqual([40, 20, 0])
    expect(count(train)).toEqual([160, 79, 1])
    expect(new Set([...names(train), ...names(test)]).size).toBe(300)
  })

  test('depends on the seed alone', () => {
    const split = (seed: number) => names(splitForJudging(madeSource(200), { seed }).test)
    expect(split(1)).toEqual(split(1))
    expect(split(1)).not.toEqual(split(2))
    expect(split(1)).toHaveLength(40)
  })

  test('holds back the pictures of each class whose hashes are the smallest', () => {
    const source = labelled(400, (index) => [0, 0, 1, -1][index % 4] as number)
    // as a plain sort tells; two pictures of one name share a hash, and the first goes first
    const name = (index: number) => `${index >> 1}.png`
    const hash = (index: number) =>
      createHash('sha256')
        .update(`5\0${name(index)}`)
        .digest()
        .readUIntBE(0, 6)
    const expected = [0, 1, -1].flatMap((label) => {
      const group = Array.from({ length: 400 }, (_, index) => index).filter((i) => source.labels[i] === label)
      return group.sort((a, b) => hash(a) - hash(b) || a - b).slice(0, Math.round(0.3 * group.length))
    })
    const { test: held, train } = splitForJudging({ ...source, describe: name }, { seed: 5, testShare: 0.3 })
    expect(names(held)).toEqual(expected.sort((a, b) => a - b).map(name))
    expect(train.size).toBe(400 - held.size)
  })

  test('of a million pictures takes seconds', () => {
    const before = process.memoryUsage().heapUsed
    const million = labelled(1_000_000, (index) => index % 1000)
    const began = performance.now()
    const { train, test: held } = splitForJudging(million)
    expect(performance.now() - began).toBeLessThan(20_000)
    expect([train.size, held.size]).toEqual([800_000, 200_000])
    globalThis.gc?.()
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(20e6)
  })

  test('leaves most pictures where they are when some are added', () => {
    const before = new Set(names(splitForJudging(madeSource(1000)).test))
    const after = names(splitForJudging(madeSource(1010)).test)
    expect(after.filter((name) => before.has(name)).length).toBeGreaterThan(180)
  })

  test('refuses a share that leaves a side empty', () => {
    expect(() => splitForJudging(madeSource(10), { testShare: 1 })).toThrow(RangeError)
    expect(() => splitForJudging(madeSource(10), { testShare: Number.NaN })).toThrow(RangeError)
  })
})
