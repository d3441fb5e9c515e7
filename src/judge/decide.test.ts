import { expect, test } from 'vitest'
import { judgingStream } from '../encode/random.js'
import { type Decision, decide, decisionInWords, handedOver, saidVerdict, vetoesOn } from './index.js'

const COUNT = 400
/** Values about `mean` in the first and in the second half. */
const about = (first: number, second: number, seed: number) => {
  const draw = judgingStream(seed)
  return Float64Array.from(
    { length: COUNT },
    (_, i) => (i < COUNT / 2 ? first : second) + 0.2 * (draw() - 0.5),
  )
}
const answers = (first: number, second: number) => ({
  learned: about(first, second, 1),
  pixels: about(0.1, 0.1, 2),
  closed: about(0.4, 0.4, 3),
})
const decided = (first: number, second: number, more: Partial<Parameters<typeof decide>[0]> = {}) =>
  decide({
    evidence: 'views',
    values: { one: answers(first, second) },
    vetoes: [],
    ...more,
  }) as Decision
const ALL = { views: true, names: true, times: true }
const NONE = { views: false, names: false, times: false }

test('ahead of the best in both halves is yes, in one alone probably, level cannot be told, behind is no', () => {
  const yes = decided(0.5, 0.5)
  expect([yes.verdict, yes.rival, yes.asked]).toEqual(['yes', 'closed', COUNT])
  expect(yes.lead.mean).toBeCloseTo(0.1, 2)
  // each is within ± 0.1 of its mean, uniformly: half of the interval is 1.96 · 0.2 · √(2 / 12 / 400)
  expect((yes.lead.high - yes.lead.low) / 2).toBeCloseTo(0.008, 3)
  expect((yes.lead.high80 - yes.lead.low80) / (yes.lead.high - yes.lead.low)).toBeCloseTo(1.28 / 1.96, 1)
  expect(yes.halves.map(({ mean }) => mean)).toEqual([expect.closeTo(0.1, 1), expect.closeTo(0.1, 1)])
  expect(decided(0.5, 0.4).verdict).toBe('probably')
  expect(decided(0.4, 0.4).verdict).toBe('cannot_tell')
  expect(decided(0.3, 0.3).verdict).toBe('no')
})

test('a question by which they are behind takes the yes, though they are ahead on the whole', () => {
  const split = decided(0, 0, { values: { one: answers(0.7, 0.7), other: answers(0.37, 0.37) } })
  expect([split.verdict, split.rival]).toEqual(['cannot_tell', 'closed'])
  expect(split.lead.mean).toBeCloseTo((0.3 - 0.03) / 2, 2)
  expect(split.questions.one?.mean).toBeCloseTo(0.3, 2)
  expect(split.questions.other?.mean).toBeCloseTo(-0.03, 2)
  const agreed = { one: answers(0.7, 0.7), other: answers(0.45, 0.45) }
  expect(decided(0, 0, { values: agreed }).verdict).toBe('yes')
})

test('the untrained network beside the closed form is a rival, and the closed form handed over for it', () => {
  const values = { one: { ...answers(0.5, 0.5), beside: about(0.6, 0.6, 4) } }
  const decision = decided(0, 0, { values })
  expect([decision.verdict, decision.rival, handedOver(decision, ALL)]).toEqual(['no', 'beside', 'closed'])
  expect(decisionInWords(decision, false, ALL)).toContain(
    'behind the closed form with the untrained network beside it, the best of what needs no training',
  )
})

test('clusters that foretell worse than the untrained network’s take the yes, a veto all', () => {
  expect(decided(0.5, 0.5, { foretold: { learned: 0.2, untrained: 0.4 } }).verdict).toBe('probably')
  expect(decided(0.5, 0.5, { foretold: { learned: 0.4, untrained: 0.4 } }).verdict).toBe('yes')
  expect(decided(0.5, 0.5, { vetoes: ['it is broken'] }).verdict).toBe('no')
})

test('nothing can be decided beside nothing', () => {
  expect(
    decide({ evidence: 'names', values: { one: { learned: about(1, 1, 1) } }, vetoes: [] }),
  ).toBeUndefined()
})

test('what is not validated is not said: the closed form is handed over', () => {
  const yes = decided(0.5, 0.5)
  expect([saidVerdict(yes, NONE), handedOver(yes, NONE)]).toEqual(['cannot_tell', 'closed'])
  expect(decisionInWords(yes, false, NONE)).toBe(
    'Whether training was worth it cannot be told without labels: no rule for it has been found right often enough. Use the closed form, which needs no training, or label some: a hundred labelled pictures in class folders would tell.',
  )
  expect([saidVerdict(yes, ALL), handedOver(yes, ALL)]).toEqual(['yes', undefined])
  expect(decisionInWords(yes, false, ALL)).toMatch(
    /^Training was worth it: without labels, the learned features beat the closed form, the best of what needs no training, by (10|9)\.\d ± 0\.\d points at finding/,
  )
  const no = decided(0.3, 0.3)
  expect(handedOver(no, ALL)).toBe('closed')
  expect(decisionInWords(no, false, ALL)).toMatch(
    /^Training was not worth it, .* they are behind the closed form, .* by .* Use the closed form, which needs no training\.$/,
  )
})

test('where nothing can be told, what sets with labels said of the method is, unless something forbids it', () => {
  const known = { ...decided(0.5, 0.5), record: 'on all of nine sets it was ahead' }
  expect(handedOver(known, NONE)).toBeUndefined()
  expect(decisionInWords(known, false, NONE)).toBe(
    'Whether training was worth it here cannot be told without labels: no rule for it has been found right often enough. But on all of nine sets it was ahead; a hundred labelled pictures in class folders would tell.',
  )
  const broken = { ...known, vetoes: ['it is broken'] }
  expect(handedOver(broken, NONE)).toBe('closed')
  expect(decisionInWords(broken, false, NONE)).toMatch(/Use the closed form, which needs no training/)
  expect(decisionInWords(known, false, ALL)).toMatch(/^Training was worth it/)
})

test('what eyes have chosen beyond chance is said, whatever is validated, and what they chose is handed over', () => {
  const chosen = (count: number) => ({ ...decided(0.5, 0.5), clicked: { chosen: count, of: 20 } })
  expect([15, 14, 6, 5].map((count) => saidVerdict(chosen(count), NONE))).toEqual([
    ...['yes', 'cannot_tell', 'cannot_tell', 'no'],
  ])
  expect([15, 14, 5].map((count) => handedOver(chosen(count), NONE))).toEqual([
    ...[undefined, 'closed', 'closed'],
  ])
  // what they did not choose is no better for a record elsewhere, nor for the score
  const known = { ...chosen(5), record: 'on all of nine sets it was ahead' }
  expect([handedOver(known, NONE), handedOver(chosen(5), ALL)]).toEqual(['closed', 'closed'])
  expect(decisionInWords(chosen(15), false, NONE)).toBe(
    'The trained encoder’s neighbours were chosen 15 of 20 times, those of the closed form 5 times; by chance alone that or more comes 4 times in 100. To the eyes that judged, training was worth it.',
  )
  expect(decisionInWords(chosen(4), false, NONE)).toMatch(
    /comes 1 time in 100\. To the eyes that judged, the closed form is better\. Use the closed form, which needs no training\.$/,
  )
})

test('vetoes name what forbids', () => {
  const line = (name: string, learned: number, untrained: number) => ({
    ...{ name, label: name, explanation: '', better: 'neither' as const, share: false },
    scores: {
      learned: { value: learned, low: 0, high: 0 },
      untrained: { value: untrained, low: 0, high: 0 },
      pixels: { value: 1, low: 0, high: 0 },
    },
  })
  expect(vetoesOn([line('std_ratio', 0.05, 1), line('effective_rank', 20, 100)], hub(0.9))).toEqual([
    'the features of different pictures hardly differ (spread 0.05)',
    'the features use 20 directions, and those of the untrained network 100',
    'one picture is among the 10 nearest of 90 % of all others',
  ])
  expect(vetoesOn([line('std_ratio', 0.5, 1), line('effective_rank', 60, 100)], hub(0.01))).toEqual([])
})

const hub = (share: number) => ({ share, average: 0.01 })
