import { describe, expect, it } from 'vitest'
import type { Decision, LabelFreeLine, Line, Protocol, Score } from '../judge/index.js'
import { decisionSection } from './decision.js'
import { terminalDecision, terminalLabelFree, terminalTable, terminalTransfer } from './terminal.js'

function score(mean: number, half: number): Score {
  const error = half / 1.96
  return { mean, spread: error, values: [mean], error, low: mean - half, high: mean + half }
}

function line(label: string, learned: number, pixels: number, untrained: number, half = 0.004): Line {
  return {
    protocol: 'few',
    name: label,
    label,
    explanation: '',
    scores: {
      learned: score(learned, half),
      pixels: score(pixels, half),
      untrained: score(untrained, half),
    },
  }
}

const knn: Protocol = 'knn'

describe('terminalTable', () => {
  it('shows percent, half of the interval, and the lead over the best that needs no training', () => {
    const lines = terminalTable([
      line('10 labels a class', 0.724, 0.705, 0.617),
      { ...line('k-NN', 0.5, 0.498, 0.9), protocol: knn },
    ]).split('\n')
    expect(lines[0]).toBe('                     learned  raw pixels  untrained  ahead by')
    expect(lines[1]).toBe('10 labels a class  72.4 ±0.4   70.5 ±0.4  61.7 ±0.4      +1.9')
    expect(lines[2]).toBe('k-NN               50.0 ±0.4   49.8 ±0.4  90.0 ±0.4     -40.0')
  })

  it('puts several lines of a protocol under its name', () => {
    const text = terminalTable([
      line('1 label a class', 0.5, 0.4, 0.3),
      line('5 labels a class', 0.6, 0.5, 0.4),
    ])
    expect(text.split('\n').slice(1, 4)).toEqual([
      'Few labels',
      expect.stringMatching(/^ {2}1 label a class {3}50\.0/),
      expect.stringMatching(/^ {2}5 labels a class {2}60\.0/),
    ])
  })

  it('marks a lead that may be chance', () => {
    // 1.96 standard errors of the difference are 0.57 points
    expect(terminalTable([line('a', 0.724, 0.719, 0.6)])).toMatch(/≈ \+0\.5\n[\s\S]*≈ may be chance/)
    expect(terminalTable([line('a', 0.724, 0.718, 0.6)])).not.toContain('≈')
  })

  it('fits 80 columns with a supervised network and cannot be steered by a label', () => {
    const long = line(
      'a very long name of a protocol that no line can hold\u001b[2J\n!',
      1,
      0,
      Number.NaN,
      0.1,
    )
    const text = terminalTable([{ ...long, scores: { ...long.scores, supervised: score(1, 0.123) } }])
    for (const shown of text.split('\n')) expect([...shown].length).toBeLessThanOrEqual(80)
    expect(text).not.toContain('\u001b')
    // two of the heads, two of the name, two below
    expect(text.split('\n')).toHaveLength(6)
  })

  it('sets all contenders in 80 columns, with heads in two lines and names that are wrapped', () => {
    const labels = ['10 labels a class', 'Its class in the 10 nearest']
    const table = labels.map((label) => {
      const one = line(label, 0.724, 0.705, 0.617, 0.012)
      const more = { whitened: score(0.65, 0.012), closed: score(0.735, 0.012) }
      return { ...one, scores: { ...one.scores, ...more, supervised: score(0.9, 0.012) } }
    })
    expect(terminalTable(table).split('\n')).toEqual([
      '                                 raw               un-   closed   super-  ahead',
      '                    learned   pixels whitened  trained     form    vised     by',
      'Few labels',
      ' 10 labels a class 72.4±1.2 70.5±1.2 65.0±1.2 61.7±1.2 73.5±1.2 90.0±1.2 ≈ -1.1',
      ' Its class in the',
      '   10 nearest      72.4±1.2 70.5±1.2 65.0±1.2 61.7±1.2 73.5±1.2 90.0±1.2 ≈ -1.1',
      'Percent, ± half of the 95 % interval; points ahead of the best that needs no',
      'training; ≈ may be chance.',
    ])
  })

  it('leaves a gap where a contender was not judged, and is empty for an empty table', () => {
    const { learned } = line('a', 0.5, 0.4, 0.3).scores
    const alone = { ...line('b', 0.5, 0.4, 0.3), scores: { learned } }
    expect(terminalTable([line('a', 0.5, 0.4, 0.3), alone])).toMatch(/b {2,}50\.0 ±0\.4 {2,}– {2,}– {2,}–/)
    expect(terminalTable([])).toBe('')
  })
})

it('shows measures without labels in their own units, shares as percent', () => {
  const measured = (value: number, half: number) => ({ value, low: value - half, high: value + half })
  const about = { explanation: '', better: 'high' as const }
  const lines: LabelFreeLine[] = [
    {
      ...about,
      name: 'retrieval',
      label: 'Finds its other view',
      share: true,
      scores: { learned: measured(0.081, 0.012), pixels: measured(0.035, 0.01), untrained: measured(0, 0) },
    },
    {
      ...about,
      name: 'effective_rank',
      label: 'Effective rank',
      share: false,
      scores: { learned: measured(123.4, 2), pixels: measured(7, 0.5), untrained: measured(1, 0) },
    },
  ]
  expect(terminalLabelFree(lines).split('\n')).toEqual([
    'Without labels                learned   raw pixels    untrained',
    'Finds its other view, %   8.10 ± 1.20  3.50 ± 1.00  0.00 ± 0.00',
    'Effective rank           123.4 ±  2.0   7.0 ±  0.5   1.0 ±  0.0',
  ])
  // rounding of numbers that are 0
  const none = { ...about, name: 'uniformity', label: 'Uniformity', share: false }
  const scores = { learned: measured(-2.4e-7, 0), pixels: measured(0, 0), untrained: measured(-1e-6, 1e-7) }
  expect(terminalLabelFree([{ ...none, scores }]).split('\n')[1]).toBe(
    'Uniformity      0.000 ±0.000  0.000 ±0.000  0.000 ±0.000',
  )
  expect(terminalLabelFree([])).toBe('')
})

it('shows transfer with contenders down and sets across, published figures below', () => {
  const sets = [
    { set: '/data/cifar-10-batches-bin/', line: line('', 0.6, 0.4, 0.5) },
    { set: 'flowers', line: line('', 0.7, 0.5, 0.6) },
  ]
  const text = terminalTransfer({ sets, notes: ['Made grey'] }).split('\n')
  expect(text[0]).toMatch(/^Other pictures +cifar10 +flowers +mean$/)
  expect(text[1]).toMatch(/^Learned +60\.0 ± 0\.4 +70\.0 ± 0\.4 +65\.0$/)
  // table 3 of arXiv 2006.07733
  expect(text.find((row) => row.startsWith('BYOL'))).toMatch(/ResNet-50 +91\.3 +– +–$/)
  expect(text.at(-1)).toBe('Made grey.')
  for (const row of text) expect([...row].length).toBeLessThanOrEqual(80)
})

const ahead = (mean: number) => ({
  mean,
  low: mean - 0.01,
  high: mean + 0.01,
  low80: mean - 0.005,
  high80: mean + 0.005,
})
const measured = (value: number) => ({ value, low: value - 0.02, high: value + 0.02 })
const decision: Decision = {
  verdict: 'no',
  evidence: 'views',
  asked: 1000,
  scores: {
    learned: measured(0.25),
    pixels: measured(0.1),
    closed: measured(0.28),
    beside: measured(0.3),
  },
  rival: 'beside',
  lead: ahead(-0.05),
  halves: [ahead(-0.06), ahead(-0.04)],
  questions: { halves: ahead(-0.05) },
  vetoes: [],
}

it('shows what was asked to decide without labels, and the lead over the best that needs no training', () => {
  const lines = terminalDecision(decision).split('\n')
  expect(lines.map((line) => line.replace(/ +/g, ' '))).toEqual([
    'Finds one of 1,000 pictures by a foreign view, mean reciprocal rank, %',
    ' learned 25.0 ± 2.0',
    ' raw pixels 10.0 ± 2.0',
    ' closed form 28.0 ± 2.0',
    ' closed form with untrained 30.0 ± 2.0',
    ' ahead of closed form with untrained -5.0 ± 1.0',
    ' first half of the pictures -6.0 ± 1.0',
    ' second half of the pictures -4.0 ± 1.0',
  ])
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80)
})

it('shows the same on the page, with the sentence', () => {
  const text = decisionSection(decision).text
  expect(text).toContain('<h2>Decided without labels</h2>')
  expect(text).toContain('cannot be told without labels')
  expect(text).toContain('Closed form with untrained')
  expect(text).toContain('−5.0 <small>± 1.0</small>')
})
