import { expect, test } from 'vitest'
import { type KeepRow, keepOrder } from './keep.js'

const row = (path: string, more: Partial<KeepRow> = {}): KeepRow => ({
  path,
  width: 10,
  height: 10,
  bytes: 100,
  modified: 5,
  taken: null,
  ...more,
})

test.each([
  [['largest'], [row('a'), row('b', { width: 20 })], 'b'],
  [['largest', 'longest'], [row('a'), row('b', { bytes: 200 })], 'b'],
  [['dated'], [row('a'), row('b', { taken: 3 })], 'b'],
  [['smallest'], [row('a'), row('b', { width: 20 })], 'a'],
  [['oldest'], [row('a', { modified: 9 }), row('b')], 'b'],
  // when it was taken counts, not when it was copied
  [['oldest'], [row('a', { modified: 1, taken: 8 }), row('b', { modified: 9, taken: 2 })], 'b'],
  [['newest'], [row('a', { modified: 9 }), row('b')], 'a'],
  [['last'], [row('a'), row('b')], 'b'],
  [['folder:best'], [row('all/a'), row('x/best/b')], 'x/best/b'],
  [['folder:x/best'], [row('y/best/a'), row('x/best/b')], 'x/best/b'],
  // a part of a name is another name
  [['folder:best'], [row('bestof/a'), row('x/c')], 'bestof/a'],
  [
    ['folder:best', 'largest'],
    [row('best/a'), row('best/b', { width: 20 }), row('c', { width: 30 })],
    'best/b',
  ],
])('%j keeps the right one', (rules, rows, kept) => {
  expect(rows.toSorted(keepOrder(rules))[0]?.path).toBe(kept)
})

test('a rule that does not exist is named, with the nearest that does', () => {
  expect(() => keepOrder(['bigest'])).toThrow(/no rule 'bigest'/)
  expect(() => keepOrder(['olest'])).toThrow(/did you mean 'oldest'/)
  expect(() => keepOrder(['folder:'])).toThrow(/has no name/)
})
