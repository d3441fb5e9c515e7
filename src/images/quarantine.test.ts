import { describe, expect, test } from 'vitest'
import { SelfsameError } from '../errors.js'
import { Quarantine, readGood } from './quarantine.js'
import { madeSource } from './testing/made.js'

const entry = (index: number) => ({ index, path: `${index}.jpg`, reason: 'it is bad' })

describe('Quarantine', () => {
  test('lists each picture once, by index', () => {
    const quarantine = new Quarantine(200)
    for (const index of [7, 3, 7, 3, 5]) quarantine.add(entry(index))
    expect(quarantine.list).toEqual([entry(3), entry(5), entry(7)])
    expect(quarantine.share).toBe(3 / 200)
    expect(quarantine.has(5)).toBe(true)
    expect(quarantine.has(6)).toBe(false)
  })

  test('tells what came since, in turn', () => {
    const quarantine = new Quarantine(200)
    quarantine.add(entry(7))
    for (const index of [3, 7, 5]) quarantine.add(entry(index))
    expect(quarantine.count).toBe(3)
    expect(quarantine.since(1)).toEqual([entry(3), entry(5)])
    expect(quarantine.since(3)).toEqual([])
  })

  test.each([
    [1000, {}, 50],
    [20, {}, 5],
    [3, {}, 2],
    [1, {}, 0],
    [1000, { maxShare: 0.2 }, 200],
    [1000, { maxShare: 0, atLeast: 0 }, 0],
  ])('of %i pictures with %o passes over %i and stops at one more', (size, options, limit) => {
    const quarantine = new Quarantine(size, options)
    for (let index = 0; index < limit; index++) quarantine.add(entry(index))
    expect(() => quarantine.add(entry(limit))).toThrow(SelfsameError)
    expect(() => quarantine.add(entry(0))).toThrow(`${limit + 1} of ${size} pictures cannot be read`)
  })
})

describe('readGood', () => {
  test('takes the next good picture, round the end, and remembers the bad ones', async () => {
    const source = madeSource(10, [8, 9, 0])
    const quarantine = new Quarantine(10)
    expect(await readGood(source, 8, quarantine)).toMatchObject({
      index: 1,
      picture: { width: 2, height: 2 },
    })
    expect(source.reads).toEqual([8, 9, 0, 1])
    await readGood(source, 9, quarantine)
    expect(source.reads).toEqual([8, 9, 0, 1, 1])
  })

  test('ends when no picture is good, also when asked again', async () => {
    const quarantine = new Quarantine(3)
    const source = madeSource(3, [0, 1, 2])
    await expect(readGood(source, 1, quarantine)).rejects.toThrow('3 of 3 pictures cannot be read')
    await expect(readGood(source, 0, quarantine)).rejects.toThrow('3 of 3 pictures cannot be read')
  })

  test('does not take a programming error for a bad picture', async () => {
    const source = { ...madeSource(3), read: () => Promise.reject(new TypeError('oops')) }
    const quarantine = new Quarantine(3)
    await expect(readGood(source, 0, quarantine)).rejects.toThrow(TypeError)
    expect(quarantine.list).toEqual([])
  })
})
