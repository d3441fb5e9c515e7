import { expect, test } from 'vitest'
import { judgingStream } from '../encode/random.js'
import { type Advice, advice, type History } from './advice.js'
import type { Point } from './trend.js'
import { trendAtEnd } from './trend.js'
import type { LabelFreeLine } from './without-labels.js'
import type { Worth } from './worth.js'

/** `count` points of a course with noise that keeps `likeness` of itself from one to the next. */
function series(
  count: number,
  course: (share: number) => number,
  noise: number,
  seed = 1,
  likeness = 0.3,
): Point[] {
  const draw = judgingStream(seed, 0x7e57)
  const bell = () => Array.from({ length: 12 }, () => draw()).reduce((sum, one) => sum + one, -6)
  let held = bell()
  return Array.from({ length: count }, (_, i) => {
    held = likeness * held + Math.sqrt(1 - likeness ** 2) * bell()
    return { step: 10 * (i + 1), value: course(i / (count - 1)) + noise * held }
  })
}

const flat = (value: number) => () => value
const losses = (seed = 1) => series(900, flat(0.3), 0.02, seed)
const history = (given: Partial<History>): History => ({
  losses: losses(),
  ranks: series(60, flat(20), 0.1),
  probes: [],
  verdict: { state: 'healthy', sentence: 'Healthy: fine.' },
  step: 9000,
  totalSteps: 9000,
  epochs: 20,
  ...given,
})

const measured = (value: number, half = 0.01) => ({ value, low: value - half, high: value + half })
const line = (name: string, learned: number, untrained: number): LabelFreeLine => ({
  name,
  label: '',
  explanation: '',
  better: 'high',
  share: true,
  scores: { learned: measured(learned), pixels: measured(0.1), untrained: measured(untrained) },
})
const good = [
  line('retrieval', 0.5, 0.2),
  line('neighbour_stability', 0.4, 0.2),
  line('effective_rank', 90, 100),
]
const actionOf = (given: Partial<History>, measures = good): Advice['action'] =>
  advice(history(given), measures).action

test('a trend is the rise of the line over the last third, and knows how sure it is', () => {
  const exact = trendAtEnd(series(90, (share) => 10 + 30 * share, 0))
  expect(exact).toMatchObject({ part: 'third', rise: expect.closeTo(9.6, 0), to: expect.closeTo(40, 0) })
  // averaged blocks of an exact line have no error
  expect((exact?.high ?? 0) - (exact?.low ?? 0)).toBeLessThan(1e-9)
  expect(trendAtEnd(series(9, flat(1), 0.1))?.part).toBe('half')
  expect(trendAtEnd(series(5, flat(1), 0.1))).toBeUndefined()
  expect(trendAtEnd([])).toBeUndefined()
  const holes = series(90, (share) => share, 0).map((point, i) =>
    i % 7 ? point : { ...point, value: Number.NaN },
  )
  expect(trendAtEnd(holes)?.rise).toBeCloseTo(0.33, 1)
})

test('noise without a trend is called one in few of 300 series, with like neighbours too', () => {
  for (const likeness of [0, 0.6]) {
    let clear = 0
    for (let seed = 0; seed < 300; seed++) {
      const { low = 0, high = 0 } = trendAtEnd(series(75, flat(5), 1, seed, likeness)) ?? {}
      if (low > 0 || high < 0) clear++
    }
    expect(clear).toBeLessThan(30)
  }
})

test('a collapse is told first, whatever rises', () => {
  const verdict = { state: 'collapsed' as const, sentence: 'Collapsed: all alike.', remedy: 'Raise tau.' }
  expect(advice(history({ verdict, probes: series(10, (share) => share, 0) }), good)).toEqual({
    action: 'start_again',
    sentence: 'Stop now: collapsed: all alike. Raise tau.',
  })
  expect(actionOf({ losses: [...losses(), { step: 9001, value: Number.NaN }] })).toBe('start_again')
  expect(actionOf({}, [line('effective_rank', 1.02, 90)])).toBe('start_again')
  expect(actionOf({}, [line('std_ratio', 0.01, 0.4)])).toBe('start_again')
})

test('a run that diverged starts again, however far it came, whatever rises', () => {
  const verdict = { state: 'collapsed' as const, sentence: 'Collapsed: all alike.', remedy: 'Raise tau.' }
  for (const given of [{}, { verdict }, { probes: series(10, (share) => share, 0) }])
    expect(advice(history({ ...given, step: 3000, diverged: { step: 3017 } }), good)).toEqual({
      action: 'start_again',
      sentence:
        "Start again: training diverged at step 3017 of 9000, and what is judged is its last sound state, of step 3000. Begin another run with a lower learning rate (`learningRate`), a longer warm-up (`warmup: 2`), or `precision: 'float32'`.",
    })
  expect(advice(history({ diverged: { step: 3017 }, blank: 'same' }), good).sentence).toMatch(
    /^Stop now: all/,
  )
})

test('pictures that are all the same one are told before all else, and the learning rate is not blamed', () => {
  const verdict = { state: 'collapsed' as const, sentence: 'Collapsed: all alike.', remedy: 'Raise tau.' }
  for (const given of [{}, { verdict }, { losses: [] }]) {
    const { action, sentence } = advice(history({ ...given, blank: 'same' }), good)
    expect(action).toBe('start_again')
    expect(sentence).toMatch(
      /^Stop now: all pictures that were judged are the same one, .*pictures are at fault/,
    )
    expect(sentence).not.toMatch(/learning rate|tau/i)
  }
  expect(actionOf({ blank: undefined })).toBe('stop')
  expect(advice(history({ blank: 'flat' }), good).sentence).toMatch(
    /^Stop now: all pictures that were judged are of one colour throughout, so there is nothing in them to be learned\. .* with pictures that show something, or/,
  )
})

test('what is solved is not solved again, but goes on where it was stopped', () => {
  const solved = { solved: true, ranks: [], losses: [] }
  expect(advice(history(solved), good)).toEqual({
    action: 'stop',
    sentence: expect.stringMatching(/^Stop: .* in closed form, .*`method: 'smt-distilled'`/),
  })
  expect(actionOf({ ...solved, step: 10 })).toBe('longer')
})

test('of too few pictures no longer run is advised', () => {
  expect(advice(history({ tooFew: 30, step: 3000 }), good)).toEqual({
    action: 'start_again',
    sentence: expect.stringMatching(
      /^Start again with more pictures: 30 are too few .*`init: 'dinov2-vit-s'`/,
    ),
  })
  expect(advice(history({ tooFew: 30, blank: 'same' }), good).sentence).toMatch(/^Stop now: all pictures/)
})

test('where raw pixels are nearly alike, too, the pictures are looked at before the recipe is changed', () => {
  const rank = (pixels: number): LabelFreeLine => {
    const one = line('effective_rank', 1.02, 90)
    return { ...one, scores: { ...one.scores, pixels: measured(pixels) } }
  }
  expect(advice(history({}), [rank(1.1)]).sentence).toBe(
    "Stop now: all pictures get nearly the same features. Their raw pixels are nearly the same, too, so look at the pictures first ('selfsame data check'). If they do differ: start again from the preset, with a lower learning rate or a target that moves more slowly.",
  )
  expect(advice(history({}), [rank(40)]).sentence).toBe(
    'Stop now: all pictures get nearly the same features. Start again from the preset, with a lower learning rate or a target that moves more slowly.',
  )
})

test('a loss that is 0 from beginning to end has not changed by 0.0 %', () => {
  const { sentence } = advice(
    history({ losses: series(90, flat(0), 0), ranks: series(60, flat(0), 0) }),
    good,
  )
  expect(sentence).toContain('the effective rank of the projections hardly changed (+0.0 ± 0.0 %)')
  expect(sentence).not.toMatch(/NaN|Infinity/)
})

test('with labels the k-NN probe decides', () => {
  const rising = advice(history({ probes: series(10, (share) => 0.7 + 0.1 * share, 0.001) }), good)
  expect(rising.action).toBe('longer')
  expect(rising.sentence).toMatch(
    /^Train longer: over the last third of the run the k-NN accuracy still rose by \d\.\d ± \d\.\d points; begin another run with twice the epochs \(`epochs: 40`\)/,
  )
  // clear but too little to matter
  expect(actionOf({ probes: series(10, (share) => 0.7 + 0.003 * share, 0.00001) })).toBe('stop')
  // it outweighs a rank that rises
  expect(
    actionOf({ probes: series(20, flat(0.7), 0.001), ranks: series(60, (share) => 20 + 9 * share, 0.1) }),
  ).toBe('stop')
  const falling = advice(history({ probes: series(20, (share) => 0.8 - 0.1 * share, 0.002) }), good)
  expect(falling).toMatchObject({
    action: 'stop',
    sentence: expect.stringContaining('k-NN accuracy fell by'),
  })
})

test('without labels the effective rank decides, and a falling loss is called weak evidence', () => {
  const rising = advice(history({ ranks: series(60, (share) => 15 + 9 * share, 0.1) }), good)
  expect(rising.sentence).toMatch(/the effective rank of the projections still rose by 1\d\.\d ± \d\.\d %/)
  expect(rising.action).toBe('longer')
  const loss = advice(history({ losses: series(900, (share) => 0.5 - 0.2 * share, 0.01) }), good)
  expect(loss).toMatchObject({ action: 'longer', sentence: expect.stringContaining('weak evidence') })
  // a loss that rises says nothing
  expect(actionOf({ losses: series(900, (share) => 0.3 + 0.2 * share, 0.01) })).toBe('stop')
  expect(actionOf({ ranks: series(60, (share) => 30 - 15 * share, 0.1) })).toBe('stop')
})

test('a flat end says stop, and what to change', () => {
  const stop = advice(history({}), good)
  expect(stop.action).toBe('stop')
  expect(stop.sentence).toMatch(
    /^Stop: over the last third of the run the effective rank of the projections hardly changed \([+−]\d\.\d ± \d\.\d %\), so more epochs of the same recipe would add little; for better features/,
  )
  expect(advice(history({}), [line('retrieval', 0.2, 0.2)]).sentence).toContain(
    'no better than before training',
  )
  expect(advice(history({}), [line('retrieval', 0.99, 0.2)]).sentence).toContain('make the views harder')
  for (let seed = 0; seed < 20; seed++) {
    const ranks = series(60, flat(20), 0.05, seed, 0.5)
    expect(actionOf({ ranks, losses: losses(seed) })).toBe('stop')
  }
})

test('what may be a change that matters or none is not told as none, and what would tell is said', () => {
  const probes = series(10, flat(0.7), 0.02)
  expect(advice(history({ probes }), good)).toMatchObject({
    action: 'unclear',
    sentence: expect.stringMatching(
      /^Cannot tell whether to train longer: over the last third of the run the k-NN accuracy changed by [+−]\d\.\d ± \d\d\.\d points, which may be less or more than the 0\.5 points that are worth another run\. A run of twice the length \(`epochs: 40`\) would tell/,
    ),
  })
  const actions = new Set<Advice['action']>()
  for (let seed = 0; seed < 40; seed++) {
    const ranks = series(60, (share) => 20 + 1.5 * share, 0.5, seed)
    const { low = 0, high = 0, from = 1 } = trendAtEnd(ranks) ?? {}
    actions.add(actionOf({ ranks }))
    if (low <= 0 && high > 0.02 * from) expect(actionOf({ ranks })).toBe('unclear')
  }
  expect(actions).toContain('unclear')
  // it may have fallen, but not risen by what matters
  const ranks = series(60, (share) => 20 - 0.9 * share, 0.12, 3)
  expect(advice(history({ ranks }), good).sentence).toMatch(/did not rise by 2 % \(−\d\.\d ± \d\.\d %\)/)
})

test('what does it is given as a command', () => {
  const commands = {
    resume: 'resume it',
    again: (epochs: number) => `train ${epochs}`,
    closed: 'train --method smt',
  }
  const commandOf = (given: Partial<History>) => advice(history({ commands, ...given }), good).command
  expect(commandOf({ probes: series(10, flat(0.7), 0.02) })).toBe('train 40')
  expect(commandOf({ ranks: series(60, (share) => 15 + 9 * share, 0.1) })).toBe('train 40')
  expect(commandOf({ step: 3000 })).toBe('resume it')
  expect(commandOf({})).toBeUndefined()
})

test('the closed form in place of training that is no better, but for what is broken', () => {
  const commands = { resume: '', again: () => '', closed: 'train --method smt' }
  const sentence =
    'Use the closed form instead, which needs no training: the learned features are no better than it (+0.3 ± 1.0 points) with 10 labels a class.'
  const worth = { instead: { use: 'closed' as const, sentence } }
  const said = (given: Partial<History>) => advice(history({ commands, ...given }), good, worth)
  expect(said({ step: 3000 })).toEqual({
    action: 'closed_form',
    sentence:
      'Use the closed form instead, which needs no training: the learned features are no better than it (+0.3 ± 1.0 points) with 10 labels a class. Or train longer: it was stopped at step 3000 of 9000, before its learning rate came down; go on with it (33 % of the steps are done).',
    command: 'train --method smt',
  })
  expect(said({}).sentence).toMatch(/a class\. Stop: over the last third/)
  expect(said({ blank: 'same' }).action).toBe('start_again')
  expect(said({ diverged: { step: 9 } }).action).toBe('start_again')
})

test('pixels in place of training have no command, and what would tell more is named behind what to do', () => {
  const commands = { resume: 'resume it', again: () => '', closed: 'train --method smt' }
  const said = (worth: Worth) => advice(history({ commands, step: 3000 }), good, worth)
  const sentence = 'Use raw pixels instead, which need no training: for a reason.'
  const tells = 'Clicks may tell.'
  const found = said({ instead: { use: 'pixels', sentence }, tells })
  expect(found).toEqual({
    action: 'baseline',
    sentence: expect.stringMatching(/^Use raw pixels .* for a reason\. Clicks may tell\. Or train longer: /),
  })
  expect(said({ tells })).toEqual({
    action: 'longer',
    sentence: expect.stringMatching(/^Train longer: .* are done\)\. Clicks may tell\.$/),
    command: 'resume it',
  })
})

test('a run that was stopped goes on, and one too short to tell is no reason to stop', () => {
  expect(advice(history({ step: 3000 }), good).sentence).toBe(
    'Train longer: it was stopped at step 3000 of 9000, before its learning rate came down; go on with it (33 % of the steps are done).',
  )
  expect(actionOf({ ranks: series(3, flat(20), 0.1), losses: [] })).toBe('longer')
  expect(actionOf({ ranks: [], losses: [] })).toBe('longer')
  // but not where it harms
  expect(actionOf({ step: 3000, probes: series(20, (share) => 0.8 - 0.1 * share, 0.002) })).toBe('stop')
})

test('what knew clearly less at its end says stop, also where training was stopped before its end', () => {
  const sunk = 'while training the last look knew 3.1 ± 1.2 points less of the classes than that at step 40'
  for (const step of [5000, 9000]) {
    const { action, sentence } = advice(history({ sunk, step }), good)
    expect(action).toBe('stop')
    expect(sentence).toMatch(
      /^Stop: while training the last look knew 3[.]1 ± 1[.]2 points less .* fewer epochs[.]$/,
    )
  }
})
