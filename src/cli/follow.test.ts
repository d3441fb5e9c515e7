import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test, vi } from 'vitest'
import { temporaryFolder } from '../../test/support/cli.js'
import { drawPictures } from '../../test/support/pictures.js'
import { findMethod } from '../learn/methods/index.js'
import { runPaths } from '../run/index.js'
import { Probe } from '../trainer/probe.js'
import { settleRun } from '../trainer/start.js'
import { follow } from './follow.js'
import { TerminalProgress } from './progress.js'
import { trainVerb } from './training.js'

const folder = temporaryFolder()
const pictures = join(folder, 'pictures')
beforeAll(() => drawPictures(pictures, 16))

test('metrics that cannot be rewound do not end a run, and whatever does gives signals back', async () => {
  const run = join(folder, 'run')
  const progress = new TerminalProgress()
  const notes: string[] = []
  const note = vi.spyOn(progress, 'note').mockImplementation((text) => void notes.push(text))
  const listeners = process.listenerCount('SIGINT')
  const options = {
    run,
    size: 16,
    batch: 8,
    epochs: 2,
    probeEvery: 0,
    checkpointEvery: 1,
    precision: 'float32',
    set: ['projector.hidden=8', 'predictor.hidden=8'],
  } as const
  const broken = vi.spyOn(Probe, 'of').mockImplementation(() => {
    throw new Error('no probe')
  })
  await expect(trainVerb(pictures, { ...options, set: [...options.set] }, progress)).rejects.toThrow(
    'no probe',
  )
  expect(process.listenerCount('SIGINT')).toBe(listeners)
  broken.mockRestore()
  const { metrics, encoder } = runPaths(run)
  const stopped = vi.spyOn(progress, 'step').mockImplementation(({ step }) => {
    if (step === 2) process.emit('SIGINT', 'SIGINT')
  })
  expect((await follow(run, {}, progress)).status).toBe('interrupted')
  stopped.mockRestore()
  // where the new file would be
  mkdirSync(`${metrics}.${process.pid}.tmp`)
  const before = readFileSync(metrics, 'utf8')
  expect((await follow(run, {}, progress)).status).toBe('finished')
  expect(notes).toContainEqual(
    expect.stringMatching(/^Warning: .*metrics\.jsonl could not be written: .*; training goes on\.$/),
  )
  expect(readFileSync(metrics, 'utf8').startsWith(before)).toBe(true)
  expect(existsSync(encoder)).toBe(true)
  expect(process.listenerCount('SIGINT')).toBe(listeners)
  note.mockRestore()
})

test('a config that is changed while the speed is measured is kept as it was run', async () => {
  const run = join(folder, 'with-config')
  const config = join(folder, 'mine.ts')
  const text = `export default {
  size: 16, batch: 8, projector: { hidden: 8 }, predictor: { hidden: 8 },
}
`
  writeFileSync(config, text)
  const progress = new TerminalProgress()
  const notes: string[] = []
  vi.spyOn(progress, 'note').mockImplementation((note) => {
    notes.push(note)
    writeFileSync(config, 'export default { method: 5 }')
  })
  const options = { run, config, minutes: 0.001, probeEvery: 0, precision: 'float32', set: [] } as const
  const { summary } = await trainVerb(pictures, { ...options, set: [] }, progress)
  expect(notes).toContainEqual(expect.stringMatching(/^Measuring how much fits/))
  expect(summary.status).toBe('finished')
  expect(readFileSync(runPaths(run).config, 'utf8')).toBe(text)
})

test('--minutes that have no say beside the epochs are told so', async () => {
  const progress = new TerminalProgress()
  const notes: string[] = []
  vi.spyOn(progress, 'note').mockImplementation((text) => void notes.push(text))
  const options = { minutes: 3, precision: 'float32', preset: 'small' } as const
  const settings = { size: 16, batch: 8, epochs: 2 }
  await settleRun(pictures, findMethod('byol'), options, settings, progress)
  expect(notes).toContain('3 min 0 s are passed over, as the epochs are given, 2: leave one of them out')
})
