import { expect, test } from 'vitest'
import type { Decision, PerRival } from './decide.js'
import { decisionInWords } from './decision-words.js'
import type { Line, PerContender } from './line.js'
import type { Measured } from './measured.js'
import type { Score } from './score.js'
import { worthOf } from './worth.js'

const ahead = { mean: 0, low: -0.1, high: 0.1, low80: -0.1, high80: 0.1 }
const measured: Measured = { value: 0.5, low: 0.4, high: 0.6 }
const scores: PerRival<Measured> = { learned: measured, whitened: measured, closed: measured }
const decision: Decision = {
  verdict: 'cannot_tell',
  evidence: 'views',
  asked: 200,
  scores,
  rival: 'closed',
  lead: ahead,
  halves: [ahead, ahead],
  questions: {},
  vetoes: [],
}
const score = (mean: number): Score => ({
  mean,
  spread: 0.01,
  values: [mean],
  error: 0.01,
  low: mean,
  high: mean,
})
const few = (learned: number, closed: number): Line => ({
  ...{ protocol: 'few', name: 'few_10', label: '10 labels a class', explanation: '' },
  scores: { learned: score(learned), closed: score(closed) } satisfies PerContender<Score>,
})
const clicks = expect.stringMatching(/^Judge it again with `clicks`, for twenty blind questions .* may tell/)

test('without labels the advice hands over what the headline does, and names what would tell', () => {
  expect(decisionInWords(decision)).toContain('Use the closed form, which needs no training')
  expect(worthOf([], decision)).toEqual({
    instead: {
      use: 'closed',
      sentence:
        'Use the closed form instead, which needs no training: whether training was worth it cannot be told without labels.',
    },
    tells: clicks,
  })
  expect(worthOf([], decision, { asksEyes: true }).tells).toMatch(
    /^Answer the blind questions in the report: /,
  )
  const { closed: _, ...others } = scores
  const without = { ...decision, scores: others, rival: 'whitened' as const }
  expect(decisionInWords(without)).toContain('Use whitened pixels, which need no training')
  expect(worthOf([], without).instead).toMatchObject({
    use: 'whitened',
    sentence: expect.stringMatching(/^Use whitened pixels instead, which need no training: /),
  })
})

test('where the headline hands nothing over, neither does the advice', () => {
  const known = { ...decision, record: 'on all of nine sets it was ahead' }
  expect(worthOf([], known)).toEqual({ tells: clicks })
  expect(worthOf([], { ...known, clicked: { chosen: 16, of: 20 } })).toEqual({})
  expect(worthOf([])).toEqual({})
})

test('who has clicked is not asked to, and hears the same from both', () => {
  const by = (chosen: number) => worthOf([], { ...decision, clicked: { chosen, of: 20 } })
  expect(by(3)).toEqual({
    instead: {
      use: 'closed',
      sentence:
        'Use the closed form instead, which needs no training: training was not worth it to the eyes that judged.',
    },
  })
  expect(by(12)).not.toHaveProperty('tells')
})

test('labels decide where there are some', () => {
  const no = { ...decision, clicked: { chosen: 1, of: 20 } }
  expect(worthOf([few(0.8, 0.5)], no)).toEqual({})
  expect(worthOf([few(0.5, 0.8)], decision).instead).toMatchObject({
    use: 'closed',
    sentence: expect.stringMatching(/: the learned features are worse than it by 30\.0 ± \d\.\d points with/),
  })
})
