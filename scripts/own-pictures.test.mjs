import { expect, test } from 'vitest'
import { leftOut, standing } from '../bench/own-pictures/choice.mjs'
import { sections } from '../bench/own-pictures/page.mjs'

const score = (mean) => ({ mean, low: mean - 0.02, high: mean + 0.02 })
const run = (set, method, seed, learned, closed, verdict = 'level') => {
  const line = { learned: score(learned), closed: score(closed), pixels: score(0.1) }
  const each = (value) => ({ few_10: value, linear: value, knn_20: value })
  return {
    ...{ set, method, seed, minutes: 3, seconds: 180, judged: { pictures: 10, of: 30 } },
    ...{ scores: each(line), leads: each({ verdict }) },
  }
}
const results = [
  run('a', 'byol', 0, 0.5, 0.3, 'better'),
  run('a', 'byol', 1, 0.7, 0.3, 'better'),
  run('b', 'byol', 0, 0.6, 0.4),
  run('c', 'byol', 0, 0.1, 0.5, 'worse'),
]

test('each set is left out of the choice that it is held against', () => {
  const sets = standing(results)
  expect(sets.get('a').get('byol')).toBeCloseTo(0.6)
  expect(sets.get('a').has('whitened')).toBe(false)
  const named = leftOut(sets).map(({ behind, ...one }) => ({ ...one, behind: Number(behind.toFixed(3)) }))
  // a is chosen for by b and c: closed form .45, byol .35; c by a and b, where byol leads
  expect(named).toEqual([
    { set: 'a', chosen: 'closed', best: 'byol', behind: 0.3 },
    { set: 'b', chosen: 'closed', best: 'byol', behind: 0.2 },
    { set: 'c', chosen: 'byol', best: 'closed', behind: 0.4 },
  ])
})

test('what is clearly ahead of all that needs no training is bold, what is clearly behind in italics', () => {
  const page = sections(results).join('\n')
  expect(page).toContain('| `byol`, 2 seeds | **60.0 ± 2.0** | **60.0 ± 2.0** | **60.0 ± 2.0** | 180 |')
  expect(page).toContain('| `byol` | 60.0 ± 2.0 | 60.0 ± 2.0 | 60.0 ± 2.0 | 180 |')
  expect(page).toContain('| `byol` | *10.0 ± 2.0* | *10.0 ± 2.0* | *10.0 ± 2.0* | 180 |')
  expect(page).toContain('| c | `byol` | closed form | 40.0 |')
  expect(sections(results.slice(0, 2)).join('\n')).not.toContain('Chosen by the other sets')
})
