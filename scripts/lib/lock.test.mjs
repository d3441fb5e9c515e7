import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { locked } from './lock.mjs'

let folder
let file
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-'))
  file = join(folder, 'setup.lock')
})
afterEach(() => rmSync(folder, { recursive: true }))

test('work is done one at a time, and the lock is gone afterwards', async () => {
  let inside = 0
  let most = 0
  const work = async () => {
    inside++
    most = Math.max(most, inside)
    await new Promise((resolve) => setTimeout(resolve, 20))
    inside--
  }
  await Promise.all([1, 2, 3].map(() => locked(file, work)))
  expect(most).toBe(1)
  expect(existsSync(file)).toBe(false)
})

test('the lock of a killed process is taken over', async () => {
  const { pid } = spawnSync(process.execPath, ['--version'])
  writeFileSync(file, JSON.stringify({ pid, started: 'long ago' }))
  expect(await locked(file, async () => 'done')).toBe('done')
})

test('a number that another process has got since does not hold the lock', async () => {
  writeFileSync(file, JSON.stringify({ pid: 1, started: 'another boot 12345' }))
  expect(await locked(file, async () => 'done')).toBe('done')
})

test('a damaged lock is taken over', async () => {
  writeFileSync(file, '')
  expect(await locked(file, async () => 'done')).toBe('done')
})

test('a lock that cannot be read ends the wait, which would have no end', async () => {
  mkdirSync(file)
  await expect(locked(file, async () => 'done')).rejects.toThrow(/EISDIR/)
})

test('the lock is given back when the work fails', async () => {
  const fails = locked(file, async () => {
    throw new Error('no')
  })
  await expect(fails).rejects.toThrow('no')
  expect(existsSync(file)).toBe(false)
})
