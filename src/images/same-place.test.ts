import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { samePlace } from './same-place.js'
import { temporary } from './testing/made.js'

test('one folder is the same by whatever way it is reached, and another is not', () => {
  using folder = temporary()
  const flat = join(folder.path, 'flat')
  for (const name of ['flat', 'other']) mkdirSync(join(folder.path, name))
  symlinkSync(flat, join(folder.path, 'link'))
  writeFileSync(join(folder.path, 'a.csv'), '')
  const ways = ['flat/', './flat', 'other/../flat', 'link', 'link/.'].map((way) => `${folder.path}/${way}`)
  for (const way of [...ways, relative('.', flat)]) expect(samePlace(flat, way), way).toBe(true)
  for (const way of ['other', 'Flat', 'flat/x', 'a.csv'])
    expect(samePlace(flat, join(folder.path, way)), way).toBe(false)
  // what is not there yet, or a pattern of names
  expect(samePlace('no/such/{0..3}.tar', './no/such/{0..3}.tar')).toBe(true)
  expect(samePlace('no/such', 'no/such2')).toBe(false)
})

test('a named set is itself alone, and no folder of its name', () => {
  expect(samePlace('mnist', 'mnist')).toBe(true)
  expect(samePlace('mnist', './mnist')).toBe(false)
  expect(samePlace('mnist', 'fashion-mnist')).toBe(false)
})
