import { expect, test } from 'vitest'
import { pixelSource, type Source } from '../images/index.js'
import { findMethod } from '../learn/methods/index.js'
import type { RunRecord } from '../run/index.js'
import { askedInWords, askedOf } from './asked.js'
import { partsOf } from './sides.js'

const pictures = (count: number): Source =>
  pixelSource({
    name: 'grey',
    part: 'train',
    data: new Uint8Array(count * 64),
    height: 8,
    width: 8,
    channels: 1,
  })
const record = { data: 'mine' } as RunRecord

function said(
  data: { train: Source; test?: Source },
  given?: string,
  method = 'byol',
  measured = 1e9,
): string {
  const parts = partsOf(data, 0)
  const run = { record, method: findMethod(method) }
  return askedInWords(askedOf(data, parts, run, given, Math.min(measured, parts.test.size)))
}

test('says how many pictures were judged of how many, and whether training saw them', () => {
  const whole = { train: pictures(1200) }
  expect(said(whole)).toBe('Judged on 240 of 1,200 pictures; training saw them, too, but no classes.')
  expect(said(whole, undefined, 'supcon')).toBe(
    'Judged on 240 of 1,200 pictures; training saw them and their classes, which flatters it.',
  )
  expect(said(whole, 'other')).toBe(
    'Judged on 240 of 1,200 pictures; they are of another set than the run was trained on.',
  )
  expect(said(whole, './mine')).toBe(said(whole))
  const split = { train: pictures(60), test: pictures(40) }
  expect(said(split)).toBe('Judged on 40 of 100 pictures; training saw none of them.')
  expect(said(split, undefined, 'byol', 20)).toContain('40 of 100 pictures (without labels: on 20 of these);')
  // where measuring without labels failed
  expect(said(split, undefined, 'byol', 0)).toContain('40 of 100 pictures;')
})
