import { expect, test } from 'vitest'
import { verdicts } from './claims.js'
import type { Result, Results } from './result.js'
import { GREY } from './studies/bases.js'
import {
  above,
  type Bounds,
  collapsed,
  fallsFurther,
  level,
  notAbove,
  notCollapsed,
  type State,
  type Study,
} from './study.js'
import { tableOf } from './table.js'

const result = (linear: number, more: Partial<Result> = {}): Result => ({
  linear,
  knn: linear,
  steps: 1,
  seconds: 1,
  precision: 'float32',
  processor: 'a processor',
  state: 'healthy',
  ...more,
})

const seeds = (middle: number, more?: Partial<Result>) =>
  [-0.002, 0, 0.002].map((off) => result(middle + off, more))

const results: Results = new Map([
  ['a', seeds(0.9)],
  ['b', seeds(0.85)],
  ['near a', seeds(0.898)],
  ['c', seeds(0.7)],
  ['dead', seeds(0.6, { state: 'collapsed', others: 0.999 })],
  ['mixed', [result(0.6, { state: 'collapsed' }), result(0.7), result(0.8)].slice(0, 3)],
])

const STUDY: Study = {
  name: 'x',
  title: '',
  question: '',
  base: GREY,
  rows: [...results.keys()].filter((name) => name !== 'mixed').map((name) => ({ name })),
  published: [],
  claims: [],
}

type Asked = Bounds | Omit<State, 'says'>

const answers = (...claims: Asked[]) => {
  const study: Study = { ...STUDY, claims: claims.map((claim) => ({ says: '', ...claim })) }
  return verdicts(study, new Map([...results].filter(([name]) => name !== 'mixed' || claims.some(isState))))
}
const isState = (claim: Asked) => 'rows' in claim

test('a difference holds when its whole interval lies on the right side', () => {
  const found = answers(above('a', 'b'), above('b', 'a'), above('a', 'near a'))
  expect(found.map(({ answer }) => answer)).toEqual(['held', 'not held', 'open'])
  // by hand: deviation 0.2 points, t of 8 degrees of freedom 2.306, so ± 2.306 · 0.2 · sqrt(2/3) = 0.38
  expect(found[0]?.because).toBe('+5.0 points, 95 % interval +4.6 to +5.4')
})

test('a network that diverged is no collapse, is called so in the table, and widens no other row’s interval', () => {
  const apart = [0.1, 0.4, 0.7].map((linear) => result(linear, { state: 'diverged' }))
  const gone = new Map([...results, ['dead', apart]])
  const study: Study = {
    ...STUDY,
    claims: [
      { says: '', ...collapsed('dead') },
      { says: '', ...above('a', 'b') },
    ],
  }
  expect(verdicts(study, gone).map(({ answer, because }) => [answer, because])).toEqual([
    ['not held', '0 of 3 runs ended collapsed'],
    ['held', answers(above('a', 'b'))[0]?.because],
  ])
  const { head, rows } = tableOf(study, gone)
  const ended = head.indexOf('ended')
  expect(rows.map(([name, ...cells]) => [name, cells[ended - 1]])).toContainEqual(['dead', 'diverged'])
})

test('bounds on both sides, and at most', () => {
  const found = answers(
    level('a', 'near a', 1),
    level('a', 'b', 1),
    notAbove('a', 'near a', 1),
    notAbove('a', 'b', 1),
  )
  expect(found.map(({ answer }) => answer)).toEqual(['held', 'not held', 'held', 'not held'])
})

test('a fall is compared with a fall', () => {
  // 20 points against 5: c weighs -1, b 1 and a 0, so ± 2.306 · 0.2 · sqrt(2/3)
  const [found] = answers(fallsFurther(['a', 'c'], ['a', 'b']))
  expect(found).toMatchObject({ answer: 'held', because: '+15.0 points, 95 % interval +14.6 to +15.4' })
})

test('two measures of one network are compared network by network', () => {
  const drifting = [0.6, 0.7, 0.8].map((linear, i) =>
    result(linear, { layer1: linear - 0.05 - 0.001 * (i - 1) }),
  )
  const layers: Results = new Map([...results, ['a', drifting]])
  const claims = [
    {
      of: [
        { row: 'a', weight: 1 },
        { row: 'a', weight: -1, measure: 'layer1' as const },
      ],
      from: 0,
    },
    {
      of: [
        { row: 'a', weight: 1 },
        { row: 'a', weight: -1 },
      ],
      from: 0,
    },
  ]
  const study = { ...STUDY, claims: claims.map((claim) => ({ says: '', ...claim })) }
  const [paired, nothing] = verdicts(study, layers)
  // by hand: differences 4.9, 5.0 and 5.1, t of 2 degrees of freedom 4.303, so ± 4.303 · 0.1 / sqrt(3)
  expect(paired).toMatchObject({ answer: 'held', because: '+5.0 points, 95 % interval +4.8 to +5.2' })
  // a tie is not above
  expect(nothing).toMatchObject({ answer: 'not held' })
})

test('states hold for all seeds or not at all', () => {
  const found = answers(collapsed('dead'), notCollapsed('a', 'b'), notCollapsed('dead'), collapsed('mixed'))
  expect(found.map(({ answer }) => answer)).toEqual(['held', 'held', 'not held', 'open'])
  expect(found[3]?.because).toBe('1 of 3 runs ended collapsed')
})

test('what was not measured is open, and says so', () => {
  const [first, second] = answers(above('a', 'nobody'), collapsed('nobody'))
  expect(first).toMatchObject({ answer: 'open', because: 'not measured: nobody' })
  expect(second).toMatchObject({ answer: 'open', because: 'not measured: nobody' })
})

test('other measures have their own units', () => {
  const [found] = answers({ of: [{ row: 'dead', weight: 1, measure: 'others' }], from: 0.99 })
  expect(found).toMatchObject({ answer: 'held', because: '1.00, 95 % interval 1.00 to 1.00' })
})

test('a wayward family does not blur the others', () => {
  const wild: Results = new Map([...results, ['wild', [result(0.1), result(0.4), result(0.8)]]])
  const asked = (family: object) =>
    verdicts(
      {
        ...STUDY,
        rows: [...STUDY.rows, { name: 'wild', ...family }],
        claims: [{ says: '', ...above('a', 'b') }],
      },
      wild,
    )[0]
  expect(asked({ family: 'wild' })?.because).toBe('+5.0 points, 95 % interval +4.6 to +5.4')
  expect(asked({})?.answer).toBe('open')
})

test('a row that collapsed anyhow does not blur the others', () => {
  const wild: Results = new Map([
    ...results,
    ['wild', [result(0.1), result(0.4), result(0.8, { state: 'collapsed' })]],
  ])
  const [found, other] = verdicts(
    { ...STUDY, claims: [above('a', 'b'), above('a', 'wild')].map((claim) => ({ says: '', ...claim })) },
    wild,
  )
  expect(found?.because).toBe('+5.0 points, 95 % interval +4.6 to +5.4')
  expect(other?.answer).toBe('open')
})
