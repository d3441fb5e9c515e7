import { describe, expect, test } from 'vitest'
import { splitForJudging, subset } from './subset.js'
import { madeSource } from './testing/made.js'

const labelled = (size: number, classOf: (index: number) => number) => ({
  ...madeSource(size),
  labels: Int32Array.from({ length: size }, (_, index) => classOf(index)),
  classes: ['a', 'b', 'c'],
})

describe('subset', () => {
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

  test('refuses what the source does not have', () => {
    expect(() => subset(madeSource(10), [10])).toThrow('made has pictures 0 to 9, got 10')
    expect(() => subset(madeSource(10), [-1])).toThrow(RangeError)
  })
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
