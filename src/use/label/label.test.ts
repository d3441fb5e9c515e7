import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { blobs, memoryIndex } from '../testing/memory-index.js'
import { sharpness, softmax } from './confidence.js'
import { readLabels } from './given.js'
import { labelIndex, matched } from './label-index.js'
import { nextToLabel } from './next.js'
import { ridge } from './ridge.js'
import { askLines, cell, labelLines } from './write-labels.js'

const folder = mkdtempSync(join(tmpdir(), 'selfsame-label-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function file(text: string): string {
  const path = join(folder, 'labels')
  writeFileSync(path, text)
  return path
}

test('an example left out in closed form scores as when it is left out', () => {
  const rows = blobs(3, 4, 1.5)
  const dimension = 5
  const labels = Int32Array.from(rows, ({ group }) => group)
  const features = Float32Array.from(rows.flatMap(({ vector }) => vector))
  // with one class each, weights of classes are equal with and without the example
  const { leftOut } = ridge(features, dimension, labels, 3, [0.1])
  const n = labels.length
  for (const out of [0, 5, 11]) {
    // the dual system without its row and column, by Gauss and Jordan
    const kept = [...labels.keys()].filter((at) => at !== out)
    const kernel = (i: number, j: number) =>
      1 +
      rows[i]!.vector.reduce((sum, value, d) => sum + value * (rows[j]!.vector[d] as number), 0) / dimension
    const table = kept.map((i) => [
      ...kept.map((j) => kernel(i, j) + (i === j ? (0.1 * 3 * 4) / n : 0)),
      ...[0, 1, 2].map((c) => Number(labels[i] === c)),
    ])
    for (const [at, pivot] of table.entries()) {
      const scale = pivot[at] as number
      for (let x = 0; x < pivot.length; x++) pivot[x] = (pivot[x] as number) / scale
      for (const [other, row] of table.entries()) {
        if (other === at) continue
        const share = row[at] as number
        for (let x = 0; x < row.length; x++) row[x] = (row[x] as number) - share * (pivot[x] as number)
      }
    }
    for (let c = 0; c < 3; c++) {
      const score = kept.reduce(
        (sum, j, at) => sum + kernel(out, j) * (table[at]?.[kept.length + c] as number),
        0,
      )
      expect(leftOut[out * 3 + c]).toBeCloseTo(score, 4)
    }
  }
})

test('few labels name plain groups, those that were given stay, and a confidence is a share', async () => {
  const rows = blobs(3, 50, 0.5)
  const names = ['a', 'b,c', 'd']
  const given = new Map([0, 1, 2, 3, 4, 5].map((at) => [`${at}.png`, names[at % 3] as string]))
  const index = memoryIndex(rows.map(({ vector }) => ({ vector })))
  const found = await labelIndex(index, await matched(index, given))
  const right = rows.filter(({ group }, at) => found.classes[found.labels[at] as number] === names[group])
  expect(right.length).toBeGreaterThan(145)
  expect([...found.given].reduce((sum, one) => sum + one, 0)).toBe(6)
  for (const confidence of found.confidences) {
    expect(confidence).toBeGreaterThanOrEqual(1 / 3)
    expect(confidence).toBeLessThanOrEqual(1)
  }
  const lines = (await labelLines(index, found, 0.5)).split('\n')
  expect(lines[0]).toBe('path,label,confidence,status')
  expect(lines[2]).toBe('1.png,"b,c",1.0000,given')
  expect(await readLabels(file(lines.join('\n')))).toMatchObject({ size: 150 })
})

test('with one example a class confidences are cautious, and one class is too few', async () => {
  const index = memoryIndex(
    blobs(2, 10, 0.2).map(({ vector }, at) => ({ vector, label: at < 2 ? `c${at}` : null })),
  )
  const found = await labelIndex(index, await matched(index, undefined))
  expect(found.calibrated).toBe(false)
  expect(found.leftOut.of).toBe(0)
  expect([...found.confidences].every(Number.isFinite)).toBe(true)
  const alone = await matched(index, new Map([['0.png', 'x']]))
  await expect(labelIndex(index, alone)).rejects.toThrow(/labels of one class alone/)
  const alike = memoryIndex(Array.from({ length: 6 }, (_, at) => ({ vector: [1, 1], label: `${at % 2}` })))
  const same = await labelIndex(alike, await matched(alike, undefined))
  expect([...same.confidences, ...same.margins].every(Number.isFinite)).toBe(true)
})

test('sharpness is that under which the labels are likeliest, and softmax sums to one', () => {
  expect([...softmax([0, Math.log(3)], 1)]).toEqual([expect.closeTo(0.25, 9), expect.closeTo(0.75, 9)])
  // three of four right at a difference of 0.1: odds of 3 to 1 are e^(0.1 · s), s = 10.99
  const scores = Float64Array.from(Array.from({ length: 40 }, () => [0.1, 0]).flat())
  const labels = Int32Array.from({ length: 40 }, (_, at) => Number(at % 4 === 0))
  const { sharpness: sharp, calibrated } = sharpness(scores, labels, 2)
  expect(calibrated).toBe(true)
  expect(sharp).toBeGreaterThan(9)
  expect(sharp).toBeLessThan(13)
})

test.each([
  ['lines', 'a.png,cat\nb.png,dog\n'],
  [
    'a head, a byte order mark, other line ends and columns',
    '\ufefflabel,path,confidence\r\ncat,a.png,1\r\ndog,"b.png",1\r\n',
  ],
  ['what has no label yet', 'path,label\na.png,cat\nc.png,\nb.png,dog\n'],
  ['an object', '{"a.png": "cat", "b.png": "dog"}'],
  ['a list', '[{"path": "a.png", "label": "cat"}, {"path": "b.png", "label": "dog"}]'],
])('labels are read from %s', async (_, text) => {
  expect([...(await readLabels(file(text)))].sort()).toEqual([
    ['a.png', 'cat'],
    ['b.png', 'dog'],
  ])
})

test('names with commas, quotes and line ends come back from what was written', async () => {
  const odd = 'a "b", c\nd.png'
  const text = askLines([odd]).replace(/,\n$/, `,${cell('x, "y"')}\n`)
  expect([...(await readLabels(file(text)))]).toEqual([[odd, 'x, "y"']])
})

test('what is no table of labels, or of other pictures, is one sentence', async () => {
  for (const [text, words] of [
    ['', /has no labels/],
    ['a.png\n', /line 1 of .* has no label/],
    ['{"a": 1}', /has an entry that is no label/],
    ['[1]', /has an entry that is no label/],
    ['{', /is no JSON/],
    ['"a', /is no table/],
  ] as const)
    await expect(readLabels(file(text))).rejects.toThrow(words)
  await expect(readLabels(join(folder, 'none'))).rejects.toThrow(/there is no file/)
  const index = memoryIndex([{ vector: [1] }, { vector: [1] }])
  await expect(matched(index, new Map([['0.pg', 'x']]))).rejects.toThrow(/did you mean 0.png/)
  expect(
    (
      await matched(
        index,
        new Map([
          ['0.png', 'x'],
          ['gone', 'y'],
        ]),
      )
    ).unknown,
  ).toEqual(['gone'])
})

test('what to label next: one of each group from none, then of those without a label, never twice', async () => {
  const rows = blobs(5, 30, 0.4)
  const index = memoryIndex(rows.map(({ vector }) => ({ vector })))
  const first = await nextToLabel(index, { count: 5, labelled: [] })
  expect(new Set(first.map((row) => rows[row]?.group)).size).toBe(5)
  const labelled = first.filter((row) => rows[row]?.group !== 3)
  const next = await nextToLabel(index, { count: 1, labelled })
  expect(next.map((row) => rows[row]?.group)).toEqual([3])
  const all = await nextToLabel(index, { count: 1000, labelled })
  expect(new Set([...all, ...labelled]).size).toBe(150)
  expect(all).toHaveLength(146)
  expect(await nextToLabel(memoryIndex([{ vector: [1] }]), { count: 3, labelled: [] })).toEqual([0])
})
