import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { METHODS } from '../src/learn/methods/index.js'
import { settingsSchema } from '../src/learn/settings-schema.js'
import { PAGE, rowsOf, withTables } from './settings-table.mjs'

test('docs/methods.md has the tables that the schema makes', () => {
  const page = readFileSync(PAGE, 'utf8')
  expect(page, 'run: node scripts/settings-table.mjs').toBe(withTables(page, settingsSchema, METHODS))
})

test('every setting has a row that says what it means', () => {
  const rows = rowsOf(z.toJSONSchema(settingsSchema, { io: 'input' }))
  for (const [path, values, says] of rows) {
    expect(values, path).not.toBe('')
    expect(says, path).not.toBe('')
  }
  const row = (path) => rows.filter(([name]) => name === `\`${path}\``).map(([, values]) => values)
  expect(row('target.from')).toEqual(['`follower`', '`self`'])
  expect(row('target.tau')).toEqual(['a number from 0 up to 1'])
  expect(row('target.schedule')).toEqual(['`cosine`, `constant`'])
  expect(row('projector.outputNorm')).toEqual(['`batch`, `layer`, `group`, `data`, `none`'])
  expect(row('views.N.mask.share')).toEqual(['[low, high], each a number above 0 up to 1'])
  expect(row('clip')).toEqual(['a number above 0, or `null`'])
  expect(row('predictor')).toEqual(['what follows, or `null`'])
  expect(row('size')).toEqual(['whole from 8 up to 1024'])
})
