/** Interrupted and resumed runs end with the uninterrupted run's weights, bit for bit. */
import { readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { selfsame, temporaryFolder } from './support/cli.js'
import { drawPictures } from './support/pictures.js'

const folder = temporaryFolder()
const pictures = join(folder, 'pictures')
const options = [
  '--size',
  '16',
  '--batch',
  '8',
  '--epochs',
  '10',
  '--set',
  'projector.hidden=64',
  '--set',
  'predictor.hidden=64',
  '--checkpoint-every',
  '3',
]
const weights = (run: string) => readFileSync(join(run, 'encoder.safetensors'))
const whole = join(folder, 'whole')
const TOTAL = 50

beforeAll(async () => {
  await drawPictures(pictures, 40)
  const { code, stdout } = await selfsame(['train', pictures, ...options, '--run', whole, '--json'])
  expect(code).toBe(0)
  expect(JSON.parse(stdout).steps).toBe(TOTAL)
}, 300_000)

const lastStep = (run: string) => {
  const lines = readFileSync(join(run, 'metrics.jsonl'), 'utf8').trim().split('\n')
  return lines.map((line) => JSON.parse(line).step as number)
}

/** Sends a signal when the run has reached a step. */
function after(run: string, step: number, signal: NodeJS.Signals) {
  let sent = false
  return (child: { kill(signal: NodeJS.Signals): boolean }) => {
    const timer = setInterval(() => {
      try {
        if (!sent && Math.max(...lastStep(run)) >= step) {
          sent = true
          child.kill(signal)
        }
      } catch {
        // nothing was written yet
      }
      if (sent) clearInterval(timer)
    }, 5)
    timer.unref()
  }
}

async function interrupted(run: string, step: number, signal: NodeJS.Signals) {
  const meddle = after(run, step, signal)
  let started = false
  return selfsame(['train', pictures, ...options, '--run', run], (child) => {
    if (!started) meddle(child)
    started = true
  })
}

test('SIGINT: finishes the step, saves, says how to go on; the resumed run is the same', async () => {
  const run = join(folder, 'sigint')
  const first = await interrupted(run, 7, 'SIGINT')
  expect(first.code).toBe(130)
  expect(first.stdout).toMatch(/Stopped after step \d+ of 50; everything is saved/)
  expect(first.stdout).toContain(`selfsame train --run ${run} --resume`)
  const second = await selfsame(['train', '--run', run, '--resume', '--json'])
  expect(JSON.parse(second.stdout)).toMatchObject({ status: 'finished', steps: TOTAL })
  expect(weights(run).equals(weights(whole))).toBe(true)
  const steps = lastStep(run).length
  expect(steps).toBe(lastStep(whole).length)
}, 300_000)

test('a terminal that closes: it saves, though nobody reads what it says any more', async () => {
  const run = join(folder, 'sighup')
  const meddle = after(run, 7, 'SIGHUP')
  let started = false
  const first = await selfsame(['train', pictures, ...options, '--run', run], (child) => {
    if (!started) meddle(child)
    started = true
    child.stderr?.destroy()
    child.stdout?.destroy()
  })
  expect(first).toMatchObject({ code: 130, signal: null })
  expect(JSON.parse(readFileSync(join(run, 'training.json'), 'utf8')).status).toBe('interrupted')
  const second = await selfsame(['train', '--run', run, '--resume', '--json'])
  expect(JSON.parse(second.stdout)).toMatchObject({ status: 'finished', steps: TOTAL })
  expect(weights(run).equals(weights(whole))).toBe(true)
}, 300_000)

test('SIGKILL at random steps, twice in one run', async () => {
  const run = join(folder, 'sigkill')
  const at = 5 + Math.floor(Math.random() * 15)
  const first = await interrupted(run, at, 'SIGKILL')
  expect(first.signal, `killed at step ${at}`).toBe('SIGKILL')
  const meddle = after(run, at + 10, 'SIGKILL')
  let started = false
  const second = await selfsame(['train', '--run', run, '--resume', '--checkpoint-every', '4'], (child) => {
    if (!started) meddle(child)
    started = true
  })
  expect(second.signal).toBe('SIGKILL')
  const third = await selfsame(['train', '--run', run, '--resume', '--json'])
  expect(JSON.parse(third.stdout)).toMatchObject({ status: 'finished', steps: TOTAL })
  expect(weights(run).equals(weights(whole)), `killed at steps ${at} and ${at + 10}`).toBe(true)
}, 300_000)

test('what a kill took at the very end is made when the run is resumed', async () => {
  const run = join(folder, 'sigint')
  const training = join(run, 'training.json')
  const summary = JSON.parse(readFileSync(training, 'utf8'))
  rmSync(join(run, 'encoder.safetensors'))
  writeFileSync(training, JSON.stringify({ ...summary, status: 'interrupted', steps: 7 }))
  const again = await selfsame(['train', '--run', run, '--resume', '--json'])
  expect(JSON.parse(again.stdout)).toMatchObject({ status: 'finished', steps: TOTAL })
  expect(weights(run).equals(weights(whole))).toBe(true)
  // the seal of one that was damaged is broken, and it is written anew
  const damaged = weights(run)
  damaged.writeUInt8(damaged.readUInt8(damaged.length - 1) ^ 1, damaged.length - 1)
  writeFileSync(join(run, 'encoder.safetensors'), damaged)
  expect((await selfsame(['train', '--run', run, '--resume', '--json'])).code).toBe(0)
  expect(weights(run).equals(weights(whole))).toBe(true)
}, 300_000)

test('two processes do not train into one run, and other pictures are not taken for the same', async () => {
  const run = join(folder, 'two')
  expect((await selfsame(['train', pictures, ...options, '--run', run])).code).toBe(0)
  rmSync(join(run, 'encoder.safetensors'))
  // this very process holds it, however long ago
  writeFileSync(join(run, 'lock'), `${process.pid} ${hostname()}`)
  utimesSync(join(run, 'lock'), 0, 0)
  expect(await selfsame(['train', '--run', run, '--resume'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(`another process trains into ${run}`),
  })
  rmSync(join(run, 'lock'))
  renameSync(join(pictures, 'picture-0003.png'), join(pictures, 'other.png'))
  const other = await selfsame(['train', '--run', run, '--resume'])
  renameSync(join(pictures, 'other.png'), join(pictures, 'picture-0003.png'))
  expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('have other names now') })
}, 300_000)
