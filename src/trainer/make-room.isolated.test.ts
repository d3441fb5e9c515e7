import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { temporaryFolder } from '../../test/support/cli.js'
import { createRun, RUN_FORMAT, runPaths } from '../run/index.js'
import { alone } from './alone.js'
import { makeRoom } from './make-room.js'
import { SILENT } from './progress.js'

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

const folder = temporaryFolder()

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
  const notes: string[] = []
  const progress = { ...SILENT, note: (text: string) => void notes.push(text) }
  const make = () => makeRoom(run, () => false, progress)
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
