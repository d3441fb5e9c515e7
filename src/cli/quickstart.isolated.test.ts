import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { expect, test, vi } from 'vitest'
import { temporaryFolder } from '../../test/support/cli.js'
import { drawPictures } from '../../test/support/pictures.js'
import { createRun, RUN_FORMAT, runPaths } from '../run/index.js'
import { alone } from '../trainer/alone.js'
import { TerminalProgress } from './progress.js'
import { define, makeRoom } from './quickstart.js'

/** What lay in each folder as it was moved. */
const moved = vi.hoisted(() => [] as string[][])
vi.mock('node:fs', async (actual) => {
  const fs = await actual<typeof import('node:fs')>()
  return {
    ...fs,
    renameSync(from: string, to: string) {
      if (fs.statSync(from).isDirectory()) moved.push(fs.readdirSync(from).sort())
      fs.renameSync(from, to)
    },
  }
})

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
  vi.spyOn(TerminalProgress.prototype, 'note').mockImplementation(() => {})
  const command = new Command()
  define(command)
  const run = join(folder, 'whole')
  const small = ['--size', '8', '--batch', '8', '--set', 'projector.hidden=8', '--precision', 'float32']
  await command.parseAsync([pictures, '--run', run, '--minutes', '0.02', ...small], { from: 'user' })
  expect(out.mock.calls.join('\n')).toContain(join(run, 'report.html'))
  vi.restoreAllMocks()
  expect(existsSync(runPaths(run).report)).toBe(true)
  expect(walked).toEqual([pictures])
}, 120_000)

test('an earlier run is moved away while its lock is held, and is free then', async () => {
  const run = join(folder, 'run')
  createRun(run, {
    format: RUN_FORMAT,
    created: 'then',
    command: [],
    data: 'mnist',
    pictures: 1,
    settings: {},
    source: '',
    machine: {},
  })
  const progress = new TerminalProgress()
  const notes: string[] = []
  vi.spyOn(progress, 'note').mockImplementation((text) => void notes.push(text))
  const make = () => makeRoom(run, 'flowers', false, progress)
  await alone(run, () => expect(make()).rejects.toThrow(/another process trains into .*run \(process \d+\)/))
  expect(moved).toEqual([])
  expect(await make()).toBe(false)
  expect(moved).toEqual([['lock', 'run.json']])
  expect(notes).toEqual([`The earlier run is now ${run}.1`])
  expect(existsSync(run)).toBe(false)
  expect(readdirSync(`${run}.1`)).toEqual(['run.json'])
  expect(existsSync(runPaths(`${run}.1`).lock)).toBe(false)
  expect(await make()).toBe(false)
})
