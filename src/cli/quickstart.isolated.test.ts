import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { expect, test, vi } from 'vitest'
import { temporaryFolder } from '../../test/support/cli.js'
import { drawPictures } from '../../test/support/pictures.js'
import { runPaths } from '../run/index.js'
import { TerminalProgress } from './progress.js'
import { define } from './quickstart.js'

/** Folders that were listed. */
const walked = vi.hoisted(() => [] as string[])
vi.mock('../images/folder/walk.js', async (actual) => {
  const real = await actual<typeof import('../images/folder/walk.js')>()
  return {
    ...real,
    walk(...args: Parameters<typeof real.walk>) {
      walked.push(args[0])
      return real.walk(...args)
    },
  }
})

const folder = temporaryFolder()

test('a folder of pictures is listed once for measuring, training, judging and the report', async () => {
  const pictures = join(folder, 'pictures')
  await drawPictures(pictures, 40)
  const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  const notes: string[] = []
  vi.spyOn(TerminalProgress.prototype, 'note').mockImplementation((text) => void notes.push(text))
  const command = new Command()
  define(command)
  const run = join(folder, 'whole')
  const small = ['--size', '8', '--batch', '8', '--set', 'projector.hidden=8', '--precision', 'float32']
  await command.parseAsync([pictures, '--run', run, '--minutes', '0.02', ...small], { from: 'user' })
  const told = out.mock.calls.join('\n')
  expect(told).toContain(join(run, 'report.html'))
  // said before training, and not once more where judging ends
  expect(notes[0]).toMatch(/^40 pictures are too few/)
  expect(notes[1]).toMatch(/^No labels were found, so this is judged without:/)
  expect(told).not.toContain('No labels were found')
  vi.restoreAllMocks()
  expect(existsSync(runPaths(run).report)).toBe(true)
  expect(walked).toEqual([pictures])
}, 120_000)
