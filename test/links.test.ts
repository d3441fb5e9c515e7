import { mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { TerminalProgress } from '../src/cli/progress.js'
import { trainVerb } from '../src/cli/training.js'
import { judgeRun } from '../src/evaluate/evaluate.js'
import { temporaryFolder } from './support/cli.js'

const folder = temporaryFolder()

/** Two classes of links to pictures that lie elsewhere. */
async function linked(): Promise<string> {
  const links = join(folder, 'links')
  mkdirSync(join(folder, 'store'))
  for (let i = 0; i < 16; i++) {
    const background = { r: 10 * i, g: i % 2 ? 200 : 20, b: 255 - 10 * i }
    const picture = join(folder, 'store', `${i}.png`)
    await sharp({ create: { width: 16, height: 16, channels: 3, background } })
      .png()
      .toFile(picture)
    mkdirSync(join(links, `class-${i % 2}`), { recursive: true })
    symlinkSync(picture, join(links, `class-${i % 2}`, `${i}.png`))
  }
  return links
}

test('a run that follows links out of its folder does so when it goes on and when it is judged', async () => {
  const data = await linked()
  const run = join(folder, 'run')
  const progress = new TerminalProgress()
  const options = { run, set: [], precision: 'float32', size: 16, batch: 8, epochs: 1 } as const
  const given = { ...options, set: [] as string[] }
  await expect(trainVerb(data, given, progress)).rejects.toThrow(
    /holds no picture file .* left out because of a link out of the folder: 'class-0\/0\.png' and 15 more \(`followLinks` follows such links\)/,
  )
  const { summary } = await trainVerb(data, { ...given, followLinks: true }, progress)
  expect(summary).toMatchObject({ status: 'finished', steps: 2 })
  expect(JSON.parse(readFileSync(join(run, 'run.json'), 'utf8'))).toMatchObject({
    pictures: 16,
    follow_links: true,
  })
  rmSync(join(run, 'encoder.safetensors'))
  const gone = await trainVerb(undefined, { run, resume: true, set: [], precision: 'auto' }, progress)
  expect(gone.summary).toMatchObject({ status: 'finished', steps: 2 })
  const judged = { protocols: ['knn'], seed: 0 } as const
  const { table, shown, gallery } = await judgeRun(run, judged, progress)
  shown.dispose()
  expect(table.length).toBeGreaterThan(0)
  expect(gallery.classes).toEqual(['class-0', 'class-1'])
  await expect(judgeRun(run, { ...judged, data }, progress)).rejects.toThrow('`followLinks` follows')
})
