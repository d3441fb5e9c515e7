import { expect, test } from 'vitest'
import { stream } from '../encode/random.js'
import { afterLook, asBest, type Look, type Standing } from './standing.js'

/** Of 200 pictures the first so many are right twice, the next so many once. */
const look = (step: number, twice: number, once = 0): Look => ({
  step,
  by: 'classes',
  known: Uint8Array.from({ length: 200 }, (_, i) => (i < twice ? 2 : i < twice + once ? 1 : 0)),
})
const through = (...looks: Look[]) => looks.reduce<Standing | undefined>(afterLook, undefined)

test('the first look is the best, and stays it until the caller says otherwise', () => {
  const first = through(look(1, 50))
  expect(first).toEqual(asBest(look(1, 50)))
  const rising = through(look(1, 50), look(2, 90)) as Standing
  expect(rising.best.step).toBe(1)
  expect(rising.ahead.verdict).toBe('better')
  // 40 of 200 pictures, twice
  expect(rising.ahead.mean).toBeCloseTo(0.2, 10)
  // by the binomial distribution of those that are drawn
  const error = Math.sqrt((0.2 * 0.8) / 200)
  expect(rising.ahead.low).toBeCloseTo(0.2 - 1.96 * error, 1)
  expect(rising.ahead.high).toBeCloseTo(0.2 + 1.96 * error, 1)
})

test('one picture more or fewer is chance, and half answers count half', () => {
  expect(through(look(1, 50), look(2, 51))?.ahead.verdict).toBe('level')
  expect(through(look(1, 50), look(2, 49))?.ahead.verdict).toBe('level')
  expect(through(look(1, 50), look(2, 50, 40))?.ahead.mean).toBeCloseTo(0.1, 10)
})

test('looks in a row that are clearly below the best are counted, and one that is not begins anew', () => {
  const sunk = (...twice: number[]) => through(...twice.map((count, step) => look(step, count)))?.sunk
  expect(sunk(90, 50)).toBe(1)
  expect(sunk(90, 50, 52, 48)).toBe(3)
  expect(sunk(90, 50, 89, 50)).toBe(1)
  expect(sunk(90, 50, 130)).toBe(0)
})

test('other pictures than before: there is nothing to compare with, and the look is the best', () => {
  const other: Look = { step: 3, by: 'classes', known: new Uint8Array(90) }
  expect(through(look(1, 90), look(2, 50), other)).toEqual(asBest(other))
})

test('how soon pictures are found counts in 255ths, and is not compared with classes', () => {
  const found = (step: number, value: number): Look => ({
    step,
    by: 'views',
    known: new Uint8Array(200).fill(value),
  })
  const rising = through(found(1, 51), found(2, 102))
  expect(rising?.ahead.mean).toBeCloseTo(0.2, 10)
  expect(rising?.ahead.verdict).toBe('better')
  expect(through(look(1, 90), look(2, 50), found(3, 0))).toEqual(asBest(found(3, 0)))
})

test('where nothing changes but chance, the last of ten looks is seldom called worse', () => {
  const draw = stream(5)
  const RUNS = 60
  let worse = 0
  for (let run = 0; run < RUNS; run++) {
    const hard = Array.from({ length: 200 }, draw)
    const looks = Array.from({ length: 10 }, (_, step) => ({
      step,
      by: 'classes' as const,
      known: Uint8Array.from(hard, (one) => Number(draw() < one) + Number(draw() < one)),
    }))
    let standing: Standing | undefined
    for (const one of looks) {
      standing = afterLook(standing, one)
      if (standing.ahead.verdict === 'better') standing = asBest(one)
    }
    if (standing?.ahead.verdict === 'worse') worse++
  }
  expect(worse).toBeLessThanOrEqual(9)
})
