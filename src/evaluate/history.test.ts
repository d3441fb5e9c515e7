import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/support/cli.js'
import { advice } from '../judge/index.js'
import { makeFolder } from '../make-folder.js'
import {
  appendLine,
  metricsLine,
  readLines,
  runPaths,
  type TrainingSummary,
  writeTraining,
} from '../run/index.js'
import { historyOf, verdictOf } from './history.js'
import type { JudgedRun } from './judged-run.js'

const folder = temporaryFolder()
const MEASURED = { stdRatio: 1, others: 0, effectiveRank: 5, fullRank: 8 }
const BROKEN = { ...MEASURED, state: 'collapsed', sentence: 'Collapsed: the loss is NaN.' } as const

const linesIn = (run: string) => readLines(runPaths(run).metrics, metricsLine)

/** Of a run of 40 steps, measured at every tenth, that is judged as it was after `step` and ended as told. */
function historyAt(step: number, ended?: Pick<TrainingSummary, 'status' | 'steps'>) {
  const run = join(folder, `${step}-${ended?.status}-${ended?.steps}`)
  if (ended)
    writeTraining(run, {
      ...ended,
      totalSteps: 40,
      seconds: 1,
      imagesPerSecond: 1,
      finalLoss: 1,
      collapse: BROKEN,
      setAside: 0,
    })
  else makeFolder(run)
  for (const at of [10, 20, 30])
    appendLine(runPaths(run).metrics, metricsLine, {
      type: 'measure',
      step: at,
      ...MEASURED,
      state: 'healthy',
      sentence: `Healthy at ${at}.`,
    })
  return historyOf({
    folder: run,
    record: { pictures: 40 },
    settings: { batch: 8, epochs: 8 },
    trained: { step, stretches: [] },
    lines: linesIn(run),
  } as unknown as JudgedRun)
}

test('a run that diverged: the verdict is that of the state before, and nothing advises to go on', () => {
  const history = historyAt(20, { status: 'diverged', steps: 23 })
  expect(history).toMatchObject({ diverged: { step: 23 }, verdict: { sentence: 'Healthy at 20.' } })
  expect(advice(history, []).sentence).toMatch(/^Start again: training diverged at step 23 of 40/)
  expect(historyAt(5, { status: 'diverged', steps: 23 })).not.toHaveProperty('verdict')
})

test('one that was gone on with and killed, or has come past where it diverged, is judged by its last lines', () => {
  for (const history of [
    historyAt(30, { status: 'interrupted', steps: 12 }),
    historyAt(30, { status: 'diverged', steps: 23 }),
    historyAt(30),
  ]) {
    expect(history.verdict).toMatchObject({ state: 'healthy', sentence: 'Healthy at 30.' })
    expect(history).not.toHaveProperty('diverged')
  }
  expect(advice(historyAt(30, { status: 'interrupted', steps: 12 }), []).sentence).toContain('go on with it')
})

test('the summary of the very step is taken, as it has a remedy', () => {
  expect(historyAt(30, { status: 'interrupted', steps: 30 }).verdict).toMatchObject({
    sentence: BROKEN.sentence,
  })
})

test('where the best is judged in place of the last, the verdict is of its step', () => {
  const history = historyAt(30, { status: 'stopped_early', steps: 30 })
  const at = (step: number) =>
    verdictOf(
      {
        lines: linesIn(join(folder, '30-stopped_early-30')),
        used: { step },
        trained: { step: 30 },
      } as unknown as JudgedRun,
      history,
    )
  expect(at(20)).toEqual({ state: 'healthy', sentence: 'Healthy at 20.' })
  expect(at(0)).toBeUndefined()
  expect(at(30)).toMatchObject({ sentence: BROKEN.sentence })
})
