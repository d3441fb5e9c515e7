/** `train --plan` and `bench` as a user meets them. */
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { selfsame, temporaryFolder } from './support/cli.js'
import { drawPictures } from './support/pictures.js'

const folder = temporaryFolder()
const small = ['--size', '16', '--batch', '8', '--set', 'projector.hidden=32', '--set', 'predictor.hidden=32']

test('a plan says steps, time, memory and what holds it up, and writes nothing', async () => {
  const data = join(folder, 'pictures')
  await drawPictures(data, 40)
  const run = join(folder, 'run')
  const words = ['train', data, ...small, '--epochs', '100', '--run', run, '--plan']
  const told = await selfsame([...words, '--json'])
  expect(told.code, told.stderr).toBe(0)
  const plan = JSON.parse(told.stdout)
  expect(plan).toMatchObject({
    method: 'byol',
    encoder: 'small',
    pictures: 40,
    epochs: 100,
    steps: 500,
    batch: 8,
  })
  expect(existsSync(run)).toBe(false)
  const trained = await selfsame(['train', data, ...small, '--epochs', '20', '--run', run, '--json'])
  expect(trained.code, trained.stderr).toBe(0)
  const [checkpoint] = readdirSync(join(run, 'checkpoints')).filter((name) => name.endsWith('.safetensors'))
  const { size } = statSync(join(run, 'checkpoints', checkpoint as string))
  expect(Math.abs(plan.checkpoint_mb - size / 2 ** 20)).toBeLessThan(1)
  const said = await selfsame(words)
  expect(said.stdout).toMatch(/byol with small: 40 pictures, 100 epochs, 500 steps of 8\./)
  expect(said.stdout).toMatch(/holds it up/)
  const resumed = await selfsame(['train', '--run', run, '--resume', '--plan'])
  expect(resumed).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--plan is for a new run: leave out --resume'),
  })
}, 120_000)

test('Ctrl-C while it is measured what fits ends it at once, and nothing is left behind', async () => {
  const data = join(folder, 'measured')
  await drawPictures(data, 40)
  const run = join(folder, 'measured-run')
  const stopped = await selfsame(['train', data, '--minutes', '5', '--run', run], (child, stderr) => {
    if (stderr.includes('Measuring how much fits')) child.kill('SIGINT')
  })
  // by the signal itself: a shell says 130
  expect(stopped.code ?? stopped.signal).toBe('SIGINT')
  expect(existsSync(run)).toBe(false)
}, 60_000)

test('bench prints one object, and says what it lacks in one sentence', async () => {
  const told = await selfsame([
    'bench',
    '--json',
    '--parts',
    'views',
    '--precision',
    'f32',
    '--seconds',
    '0.2',
  ])
  expect(told.code, told.stderr).toBe(0)
  const figures = JSON.parse(told.stdout)
  expect(figures).toMatchObject({ workload: 'a', precision: 'f32' })
  expect(figures.views_images_per_second).toBeGreaterThan(50)
  expect(figures.peak_rss_mb).toBeGreaterThan(50)
  const lost = await selfsame(['bench', '--json', '--workload', 'b'])
  expect(lost).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('workload b reads JPEG files: name their folder with --photographs'),
  })
  const data = join(folder, 'without-labels')
  await drawPictures(data, 10)
  const bare = await selfsame(['bench', '--json', '--workload', 'd', '--set', data])
  expect(bare).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('workload d needs labels and a test part'),
  })
  // what is not there is told before ours is measured
  const absent = async (words: string[], message: string | RegExp) => {
    const { code, stdout, stderr } = await selfsame(['bench', ...words])
    expect(stderr.trim()).toMatch(message)
    expect(stderr).not.toContain('Measuring')
    expect([code, stdout]).toEqual([2, ''])
  }
  await absent(
    ['--peer', folder],
    /^selfsame: --peer needs the sources of lightly, and there is no \S+lightly: /,
  )
  mkdirSync(join(folder, 'lightly'))
  await absent(['--peer', folder, '--python', '/nope'], /PyTorch and torchvision, and \/nope did not start/)
  await absent(
    ['--workload', 'b', '--photographs', '/nope'],
    /^selfsame: there is no file or folder '\/nope'/,
  )
  const wrong = await selfsame(['bench', '--json', '--parts', 'view'])
  expect(wrong.stderr).toContain("there is no part 'view'")
}, 120_000)
