import { existsSync, utimesSync, writeFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { temporary } from './images/testing/made.js'
import { withLock } from './lock.js'

/** Several who want one path at once: how many were inside at most, and how many were told to wait. */
async function contend(path: string) {
  let inside = 0
  let most = 0
  let told = 0
  await Promise.all(
    [0, 1, 2, 3].map(async (turns) => {
      // so that one looks while another acts
      for (; turns > 0; turns--) await stat(path).catch(() => undefined)
      await withLock(
        path,
        async () => {
          most = Math.max(most, ++inside)
          await sleep(20)
          inside--
        },
        () => told++,
      )
    }),
  )
  return { most, told }
}

test('one at a time, the others are told once at most, and nothing is left', async () => {
  using folder = temporary()
  const path = join(folder.path, 'x.lock')
  const { most, told } = await contend(path)
  expect(most).toBe(1)
  expect(told).toBeGreaterThan(0)
  expect(told).toBeLessThan(4)
  expect(existsSync(path)).toBe(false)
})

test('a lock whose process has ended is broken by one of those who wait, whichever order they look in', async () => {
  using folder = temporary()
  const paths = Array.from({ length: 100 }, (_, at) => join(folder.path, `${at}.lock`))
  for (const path of paths) writeFileSync(path, `999999999 ${hostname()}`)
  const found = await Promise.all(paths.map(contend))
  expect(found.map(({ most }) => most)).toEqual(paths.map(() => 1))
  expect(paths.some((path) => existsSync(path) || existsSync(`${path}.break`))).toBe(false)
})

test('a lock of another machine holds while it is touched, and is broken when it no longer is', async () => {
  using folder = temporary()
  const path = join(folder.path, 'x.lock')
  writeFileSync(path, '1 elsewhere')
  const waited = withLock(
    path,
    async () => 'mine',
    () => {
      throw new Error('held')
    },
  )
  await expect(waited).rejects.toThrow('held')
  utimesSync(path, 0, 0)
  expect(await withLock(path, async () => 'mine')).toBe('mine')
})
