import { describe, expect, it } from 'vitest'
import { terminalTable } from './terminal.js'
import type { ScoreRow } from './types.js'

function row(label: string, learned: number, pixels: number, untrained: number, spread = 0.002): ScoreRow {
  const score = (mean: number) => ({ mean, spread })
  return {
    protocol: 'few',
    label,
    explanation: '',
    learned: score(learned),
    pixels: score(pixels),
    untrained: score(untrained),
  }
}

describe('terminalTable', () => {
  it('shows percent, spread, and the lead over the better of the two others', () => {
    const lines = terminalTable([
      row('10 labels a class', 0.724, 0.705, 0.617),
      row('k-NN', 0.5, 0.498, 0.9),
    ]).split('\n')
    expect(lines[1]).toBe('10 labels a class  72.4 ± 0.2  70.5 ± 0.2  61.7 ± 0.2      +1.9')
    expect(lines[2]).toBe('k-NN               50.0 ± 0.2  49.8 ± 0.2  90.0 ± 0.2     -40.0')
    expect(new Set(lines.slice(0, 3).map((line) => line.length)).size).toBe(1)
  })

  it('marks a lead within the spread', () => {
    expect(terminalTable([row('a', 0.724, 0.722, 0.6)])).toMatch(/≈ \+0\.2\n.*≈ within the spread/)
  })

  it('fits 80 columns and cannot be steered by a label', () => {
    const text = terminalTable([
      row('a very long name of a protocol that no line can hold\u001b[2J\n!', 1, 0, Number.NaN, 0.1),
    ])
    for (const line of text.split('\n')) expect([...line].length).toBeLessThanOrEqual(80)
    expect(text).not.toContain('\u001b')
    expect(text.split('\n')).toHaveLength(3)
    expect(text).toContain('…')
  })

  it('names the protocol where labels repeat', () => {
    const twice = [row('cars', 0.5, 0.4, 0.3), { ...row('cars', 0.5, 0.4, 0.3), protocol: 'linear' }]
    expect(terminalTable(twice)).toMatch(/few: cars .*\nlinear: cars /)
  })

  it('is empty for an empty table', () => {
    expect(terminalTable([])).toBe('')
  })
})
