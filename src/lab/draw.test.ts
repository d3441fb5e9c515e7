import { expect, test } from 'vitest'
import { draw } from './draw.js'
import type { Result } from './result.js'
import { GREY } from './studies/bases.js'
import type { Study } from './study.js'
import { markdownTable, plainTable, tableOf } from './table.js'

const study: Study = {
  name: 'x',
  title: 'A & B <C>',
  question: '',
  base: GREY,
  rows: [{ name: 'a | b', published: [70, 'fails'] }, { name: 'c', published: [50] }, { name: 'd' }],
  published: [
    { title: 'one', source: '' },
    { title: 'two', source: '' },
  ],
  claims: [],
}
const result = (linear: number): Result => ({
  linear,
  knn: 0.5,
  others: 0.25,
  quarters: [0.1, 0.2, 0.3, 0.25],
  state: 'healthy',
  steps: 1,
  seconds: 1,
  precision: 'float32',
  processor: 'a processor',
})
const results = new Map([
  ['a | b', [result(0.8), result(0.82)]],
  ['c', [result(0.6), result(0.6)]],
])

test('measured beside published, with what is not there marked', () => {
  const { head, rows } = tableOf(study, results)
  expect(head).toEqual([
    '',
    'linear',
    '20-NN',
    'cosine, others',
    'others, by quarters',
    'ended',
    'seeds',
    'one',
    'two',
  ])
  // by hand: the deviation of 80 and 82 is sqrt(2)
  expect(rows[0]).toEqual([
    'a | b',
    '81.0 ± 1.4',
    '50.0 ± 0.0',
    '0.25',
    '0.10 0.20 0.30 0.25',
    'healthy',
    '2',
    '70',
    'fails',
  ])
  expect(rows[2]).toEqual(['d', '–', '–', '–', '–', '–', '0', '–', '–'])
  expect(markdownTable({ head, rows }).split('\n')).toHaveLength(5)
  expect(markdownTable({ head, rows })).toContain('| a \\| b |')
  expect(
    new Set(
      plainTable({ head, rows })
        .split('\n')
        .map((line) => line.indexOf('81.0')),
    ).size,
  ).toBe(2)
})

test('the picture has a mark for each figure, in its place', () => {
  const svg = draw(study, results)
  expect(svg).toContain('A &amp; B &lt;C&gt;')
  const seeds = [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)" r="2"/g)].map(([, x, y]) => [
    Number(x),
    Number(y),
  ])
  expect(seeds).toHaveLength(4)
  const means = [...svg.matchAll(/<circle cx="([\d.]+)" cy="[\d.]+" r="4.5"/g)].map(([, x]) => Number(x))
  const [first, second] = seeds as [[number, number], [number, number]]
  expect(means[0]).toBeCloseTo((first[0] + second[0]) / 2, 0)
  expect(first[0]).toBeLessThan(second[0])
  expect(svg).toContain('not measured')
  // two published numbers, the word is none
  expect(svg.match(/l6 6l-6 6l-6 -6z/g)).toHaveLength(2)
})

test('the axis holds every interval but that of a row that collapsed, which is cut', () => {
  const collapsed = (linear: number): Result => ({ ...result(linear), state: 'collapsed' })
  const svg = draw(
    study,
    new Map([
      ['a | b', [result(0.8), result(0.84)]],
      ['c', [result(0.7), result(0.71)]],
      ['d', [collapsed(0.6), collapsed(0.75)]],
    ]),
  )
  const [a, , d] = [...svg.matchAll(/<path d="M([\d.]+) [\d.]+H([\d.]+)" stroke="#1a1a1a"/g)].map(
    ([, from, to]) => [Number(from), Number(to)] as const,
  )
  const axis = [...svg.matchAll(/<path d="M([\d.]+) 46V/g)].map(([, at]) => Number(at))
  const panel = axis.slice(0, axis.lastIndexOf(600) + 1)
  expect(a?.[0]).toBeGreaterThan(Math.min(...panel))
  expect(a?.[1]).toBeLessThan(Math.max(...panel))
  expect(d).toEqual([Math.min(...panel), Math.max(...panel)])
  expect(svg).toContain('○ collapsed')
  expect(svg.match(/r="4.5" fill="#fff"/g)).toHaveLength(1)
  // an arrow head at each end that is cut
  expect(svg.match(/l-?6 -4v8z/g)).toHaveLength(2)
})
