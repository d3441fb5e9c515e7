import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { temporary } from '../../images/testing/made.js'
import { holdIndex } from './held-index.js'
import { type FakeIndex, fakeIndex, gate, ROWS } from './testing/fakes.js'

const MODEL = 'a'.repeat(64)
let folder: ReturnType<typeof temporary>
let opened: FakeIndex[]
let notes: string[]
beforeEach(() => {
  folder = temporary()
  opened = []
  notes = []
  change('one')
})
afterEach(() => {
  vi.restoreAllMocks()
  folder[Symbol.dispose]()
})

/** Replaces the file in one step, as an update does. */
function change(text: string): void {
  writeFileSync(join(folder.path, 'new'), text)
  renameSync(join(folder.path, 'new'), join(folder.path, 'index.json'))
}
const hold = (next: () => FakeIndex) =>
  holdIndex(
    async () => {
      const index = next()
      opened.push(index)
      return index
    },
    MODEL,
    (sentence) => notes.push(sentence),
  )
/** Lets the time go by after which it looks again. */
async function later(): Promise<void> {
  const now = performance.now()
  vi.spyOn(performance, 'now').mockReturnValue(now + 1500 * (opened.length + notes.length + 1))
}

test('is opened anew when it has changed, and closed when nobody uses it any more', async () => {
  const held = await hold(() => fakeIndex(folder.path, opened.length === 0 ? ROWS : ROWS.slice(0, 2)))
  const name = held.now.name
  const { open, opened: go } = gate()
  const long = held.use(async ({ index }) => {
    await go
    return [index.size, (index as FakeIndex).closed]
  })
  await later()
  await held.use(async () => {})
  expect(opened).toHaveLength(1)
  change('two')
  // a look may be under way still that saw it before
  await vi.waitUntil(async () => {
    await later()
    await held.use(async () => {})
    return notes.length === 1
  })
  expect(notes).toEqual(['the index has changed: 2 pictures now'])
  expect(await held.use(async ({ index }) => index.size)).toBe(2)
  expect(held.now.name).not.toBe(name)
  expect(opened[0]?.closed).toBe(false)
  open()
  expect(await long).toEqual([5, false])
  await vi.waitUntil(() => opened[0]?.closed)
  await held.close()
  expect(opened.map(({ closed }) => closed)).toEqual([true, true])
})

test('stays as it was where the new one is damaged or of another model', async () => {
  let next = (): FakeIndex => fakeIndex(folder.path)
  const held = await hold(() => next())
  next = () => {
    throw new Error('it is damaged')
  }
  change('two')
  await later()
  await held.use(async () => {})
  await vi.waitUntil(() => notes.length === 1)
  next = () => fakeIndex(folder.path, ROWS, 'b'.repeat(64))
  change('three')
  await later()
  await held.use(async () => {})
  await vi.waitUntil(() => notes.length === 2)
  expect(notes).toEqual([expect.stringContaining('it is damaged'), expect.stringContaining('another model')])
  expect(await held.use(async ({ index }) => index)).toBe(opened[0])
  expect(opened.at(-1)?.closed).toBe(true)
  await held.close()
})

test('of another model is not held at all', async () => {
  await expect(hold(() => fakeIndex(folder.path, ROWS, 'b'.repeat(64)))).rejects.toThrow(
    /another model.*'fake'/,
  )
  expect(opened[0]?.closed).toBe(true)
})
