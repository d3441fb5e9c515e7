/** What is said where a time has room for more than there is to learn. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/support/cli.js'
import { drawPictures } from '../../test/support/pictures.js'
import type { TrainOptions } from '../cli/options.js'
import { MOST_EPOCHS } from '../learn/budget.js'
import { findMethod } from '../learn/methods/index.js'
import { memory } from '../torch/index.js'
import type { Progress } from './progress.js'
import { settleRun } from './start.js'

const folder = join(temporaryFolder(), 'pictures')
const notes: string[] = []
const progress = { note: (text: string) => notes.push(text), work: () => {} } as unknown as Progress

async function epochsIn(minutes: number, signal?: AbortSignal): Promise<number> {
  notes.length = 0
  const options = { minutes, signal, precision: 'float32', set: [], preset: 'small' } as const
  const change = {
    size: 16,
    batch: 8,
    projector: { hidden: 8 },
    predictor: { hidden: 8 },
  }
  const { settings } = await settleRun(
    folder,
    findMethod('byol'),
    options as unknown as TrainOptions & { preset: 'small' },
    change,
    progress,
  )
  return settings.epochs
}

test('--minutes that have room for more passes than help say so, and others do not', async () => {
  await drawPictures(folder, 16)
  expect(await epochsIn(60)).toBe(MOST_EPOCHS)
  expect(notes.at(-1)).toBe(
    '1 h 0 min have room for more, but after 400 passes these pictures have given what they can: training ends there, unless epochs say otherwise',
  )
  expect(await epochsIn(0.001)).toBeLessThan(MOST_EPOCHS)
  expect(notes.join()).not.toMatch('room for more')
})

test('measuring hears the signal: it fails with its reason after a step, and nothing stays in memory', async () => {
  await drawPictures(folder, 16)
  const before = memory().tensors
  const reason = new Error('enough')
  await expect(epochsIn(60, AbortSignal.abort(reason))).rejects.toBe(reason)
  expect(notes.at(-1)).toMatch(/^Measuring how much fits/)
  expect(memory().tensors).toBe(before)
})
