import { expect, test } from 'vitest'
import { counted, decisionSection, kendall, outcome } from '../bench/own-pictures/decisions.mjs'

test('tau is 1 for one order, -1 for the reverse, and ties count for neither', () => {
  expect(kendall([1, 2, 3, 4], [10, 20, 30, 40])).toBe(1)
  expect(kendall([1, 2, 3, 4], [4, 3, 2, 1])).toBe(-1)
  // of six pairs four agree, one disagrees and one is tied in the second list: 3 / √(6 · 5)
  expect(kendall([1, 2, 3, 4], [1, 3, 2, 3])).toBeCloseTo(3 / Math.sqrt(30), 12)
  expect(kendall([1, 1], [1, 2])).toBeUndefined()
})

const leads = (knn, linear) => ({ knn_20: lead(knn), linear: lead(linear) })
const lead = (verdict) => ({ mean: 0.05, low: 0.01, high: 0.09, verdict })

test('labels say better where one measure is and neither is worse', () => {
  expect(outcome(leads('better', 'level'))).toBe('better')
  expect(outcome(leads('better', 'worse'))).toBe('level')
  expect(outcome(leads('level', 'level'))).toBe('level')
  expect(outcome(leads('worse', 'level'))).toBe('worse')
})

const run = (set, seed, verdict, knn) => ({
  ...{ set, seed, method: 'byol', minutes: 1, leads: leads(knn, 'level') },
  decision: { verdict, rival: 'closed', lead: { mean: 0.03, low: -0.01, high: 0.07 }, vetoes: [] },
})

test('a yes that labels do not second is false, and seeds are no cases of their own', () => {
  const some = [run('a', 0, 'yes', 'better'), run('a', 1, 'probably', 'level'), run('b', 0, 'no', 'worse')]
  expect(counted(some)).toEqual({ cases: 2, yes: 2, wrong: 1, kept: false })
  const many = Array.from({ length: 30 }, (_, i) => run(`set ${i}`, 0, 'yes', i < 3 ? 'worse' : 'better'))
  expect(counted(many)).toEqual({ cases: 30, yes: 30, wrong: 3, kept: true })
  expect(counted([...many, run('more', 0, 'yes', 'level')]).kept).toBe(false)
  const page = decisionSection(some)
  expect(page).toContain('| a, `byol`, 1 min, 1 | probably, **false** | +3.0 ± 4.0 | closed form |')
  expect(page).toContain('2 yes or probably, 1 of them false (50 %), in 2 cases')
  expect(decisionSection([{ set: 'old' }])).toBe('')
})
