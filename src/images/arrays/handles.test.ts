import { readdirSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporary } from '../testing/made.js'
import { knownFile, openHandles, readPart } from './handles.js'

async function lay(folder: string, count: number) {
  const files = []
  for (let i = 0; i < count; i++) {
    const path = join(folder, `${i}.bin`)
    writeFileSync(path, Buffer.from(Array.from({ length: 100 }, (_, at) => (at + i) % 256)))
    files.push(await knownFile(path))
  }
  return files
}

test('many files are read at once with few of them open, and all are closed when idle', async () => {
  using folder = temporary()
  const files = await lay(folder.path, 120)
  const parts = await Promise.all(
    files.flatMap((file) => [readPart(file, 3, 2, 'a'), readPart(file, 90, 10, 'b')]),
  )
  for (const [i, part] of parts.entries()) {
    const first = (i >> 1) + (i % 2 ? 90 : 3)
    expect(part[0]).toBe(first % 256)
    expect(part).toHaveLength(i % 2 ? 10 : 2)
  }
  expect(openHandles()).toBeLessThanOrEqual(32)
  const held = () => readdirSync('/proc/self/fd').length
  const before = process.platform === 'linux' ? held() : 0
  await expect.poll(openHandles, { timeout: 8000 }).toBe(0)
  if (process.platform === 'linux') await expect.poll(held).toBeLessThanOrEqual(before - 16)
})

test('a file that vanishes, changes or becomes shorter fails its pictures with the reason', async () => {
  using folder = temporary()
  const [gone, changed, shorter, touched] = await lay(folder.path, 4)
  if (!gone || !changed || !shorter || !touched) throw new Error('expected four files')
  rmSync(gone.path)
  await expect(readPart(gone, 0, 4, 'cat.jpg')).rejects.toMatchObject({
    name: 'PictureError',
    path: 'cat.jpg',
    reason: "'0.bin' is no longer there",
  })
  writeFileSync(changed.path, 'x')
  await expect(readPart(changed, 0, 1, 'a')).rejects.toThrow("'1.bin' has changed since it was opened")
  await readPart(shorter, 0, 100, 'a')
  truncateSync(shorter.path, 50)
  await expect(readPart(shorter, 40, 20, 'a')).rejects.toThrow("'2.bin' has become shorter")
  utimesSync(touched.path, 1, 1)
  await expect(readPart(touched, 0, 1, 'a')).rejects.toThrow('has changed')
})
