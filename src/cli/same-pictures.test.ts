/** The pictures of a run are the same by whatever way they are named. */
import { mkdirSync, symlinkSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/support/cli.js'
import { UsageError } from '../errors.js'
import type { RunRecord } from '../run/index.js'
import type { TrainOptions } from './options.js'
import { asBegun } from './quickstart.js'
import { refuseChanges } from './training.js'

const folder = temporaryFolder()
const flat = join(folder, 'flat')
for (const name of ['flat', 'other']) mkdirSync(join(folder, name))
symlinkSync(flat, join(folder, 'link'))
const begun = (data: string, path?: string) =>
  ({ data, ...(path && { path }), command: ['quickstart', data, '--epochs', '3'] }) as RunRecord
const options = { precision: 'auto', set: [] } as unknown as TrainOptions

// the run was begun in `folder`, by the word 'flat'
const record = begun('flat', flat)
const ways = [flat, `${flat}/`, relative('.', flat), join(folder, 'link'), `${folder}/other/../flat`]

test.each(ways)('%s is what the run was begun with', (way) => {
  expect(() => refuseChanges(record, way, options)).not.toThrow()
  expect(asBegun(record, way)).toBe(true)
  expect(asBegun(record, way, ['quickstart', way, '--epochs', '3'])).toBe(true)
  expect(asBegun(record, way, ['quickstart', way, '--epochs', '4'])).toBe(false)
})

test('another folder is another, also where it has the same word', () => {
  for (const other of [join(folder, 'other'), 'flat', 'mnist']) {
    expect(() => refuseChanges(record, other, options)).toThrow(UsageError)
    expect(() => refuseChanges(record, other, options)).toThrow(`--resume goes on with ${flat}, got ${other}`)
    expect(asBegun(record, other)).toBe(false)
  }
})

test('no word, a set, and pictures that lie elsewhere by now', () => {
  expect(() => refuseChanges(record, undefined, options)).not.toThrow()
  expect(() => refuseChanges(begun('mnist'), 'mnist', options)).not.toThrow()
  expect(() => refuseChanges(begun('mnist'), './mnist', options)).toThrow('goes on with mnist, got ./mnist')
  expect(asBegun(begun('mnist'), 'mnist')).toBe(true)
  const moved = begun('gone', join(folder, 'gone'))
  expect(() => refuseChanges(moved, './gone', options)).not.toThrow()
  expect(() => refuseChanges(record, flat, { ...options, seed: 3 })).toThrow(
    '--resume goes on with the settings that the run was begun with, got --seed: leave it out',
  )
})
