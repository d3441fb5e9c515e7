import { expect, test } from 'vitest'
import { LONGEST_NAME, NameList, type Names } from './names.js'

const all = (names: Names) => Array.from({ length: names.length }, (_, index) => names.get(index))

// a small generator of its own, so that nothing here leans on the code under test
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    return state / 2 ** 32
  }
}

test('keeps names of every script, the empty one and the longest', () => {
  const names = ['a/1.jpg', '', 'é/ü.png', '漢字.png', '😀.jpg', 'x'.repeat(LONGEST_NAME), 'é'.repeat(30_000)]
  expect(all(NameList.of(names))).toEqual(names)
  expect(() => NameList.of(['é'.repeat(32_768)])).toThrow('a name of 65536 bytes is longer than 65535')
  expect(() => NameList.of(names).get(7)).toThrow('there are names 0 to 6, got 7')
  expect(() => NameList.of(names).get(-1)).toThrow(RangeError)
  expect(() => NameList.of(names).get(0.5)).toThrow(RangeError)
})

test('sorts by bytes as Buffer.compare does', () => {
  const draw = numbers(3)
  const alphabet = ['a', 'b', '/', '-', 'é', '\ufb01', '😀', '\0', 'aaaaaaaaaaaaaaaaaaaa']
  for (const count of [0, 1, 2, 3, 50, 20_000]) {
    const names = Array.from({ length: count }, () =>
      Array.from(
        { length: Math.floor(draw() * 6) },
        () => alphabet[Math.floor(draw() * alphabet.length)],
      ).join(''),
    )
    const expected = [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    expect(all(NameList.of(names).sort())).toEqual(expected)
    expect(all(NameList.of(expected).sort())).toEqual(expected)
    expect(all(NameList.of(expected.reverse()).sort())).toEqual([...expected].reverse())
  }
})

test('sorts many equal and very long names', () => {
  const long = 'x'.repeat(60_000)
  const names = [...Array(40).fill(long), `${long}y`, `${long}a`, ...Array(1000).fill('x'), '']
  const sorted = all(NameList.of(names).sort())
  expect(sorted).toEqual(['', ...Array(1000).fill('x'), ...Array(40).fill(long), `${long}a`, `${long}y`])
})

test('a part is numbered anew', () => {
  const part = NameList.of(['a', 'b', 'c', 'd']).slice(1, 3)
  expect(all(part)).toEqual(['b', 'c'])
  expect(() => part.get(2)).toThrow(RangeError)
  expect(all(part.slice(1, 9))).toEqual(['c'])
  const several = NameList.of(['a', 'b', 'c', 'd']).parts([
    { from: 0, to: 1 },
    { from: 2, to: 4 },
  ])
  expect(all(several)).toEqual(['a', 'c', 'd'])
  expect(all(several.slice(1, 3))).toEqual(['c', 'd'])
})

test('a million names take their bytes and little more', () => {
  globalThis.gc?.()
  const before = process.memoryUsage()
  const names = new NameList()
  for (let i = 0; i < 1_000_000; i++) names.push(`class-${i % 1000}/picture-${(i * 7919) % 1_000_000}.jpg`)
  names.sort()
  globalThis.gc?.()
  const after = process.memoryUsage()
  // 27 bytes a name on average
  expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(40e6)
  expect(after.heapUsed - before.heapUsed).toBeLessThan(5e6)
  expect(names.get(0)).toBe('class-0/picture-0.jpg')
})
