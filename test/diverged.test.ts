/** A run whose numbers are none any more stops at once, says so, and keeps what it was before. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { selfsame, temporaryFolder } from './support/cli.js'
import { drawPictures } from './support/pictures.js'

const folder = temporaryFolder()
const pictures = join(folder, 'pictures')
beforeAll(() => drawPictures(pictures, 24))

const TINY = [
  '--size',
  '16',
  '--batch',
  '8',
  '--epochs',
  '20',
  '--precision',
  'float32',
  '--probe-every',
  '0',
]

async function trained(name: string, ...options: string[]) {
  const run = join(folder, name)
  const { code, stderr } = await selfsame(['train', pictures, ...TINY, '--run', run, ...options])
  const summary = JSON.parse(readFileSync(join(run, 'training.json'), 'utf8')) as Record<string, unknown>
  const checkpoints = existsSync(join(run, 'checkpoints')) ? readdirSync(join(run, 'checkpoints')) : []
  return { run, code, stderr, summary, checkpoints }
}

test('a loss that is no number: the last sound checkpoint stays and is judged, exit code 1', async () => {
  const { run, code, stderr, summary, checkpoints } = await trained(
    'nan',
    ...['--lr', '1e20', '--checkpoint-every', '1', '--set', 'warmup=0'],
  )
  expect(code).toBe(1)
  expect(summary).toMatchObject({ status: 'diverged', total_steps: 60, final_loss: null })
  expect(summary.steps).toBeLessThan(5)
  expect(existsSync(join(run, 'encoder.safetensors'))).toBe(false)
  const [last] = checkpoints.toSorted().reverse()
  expect(last).toMatch(/^step-[1-4]\.safetensors$/)
  expect(stderr).toMatch(
    new RegExp(
      `^selfsame: the loss is NaN at step ${summary.steps} of 60, so training was stopped; the last sound state is kept in \\S+${last},`,
      'm',
    ),
  )
  const judged = await selfsame(['evaluate', run, '--json'])
  expect(judged.code).toBe(0)
  // of the state that is judged, not of the one that was thrown away
  const { advice } = JSON.parse(judged.stdout) as { advice: Record<string, string> }
  expect(advice).toMatchObject({ action: 'start_again' })
  expect(advice.sentence).toMatch(
    new RegExp(
      `^Start again: training diverged at step ${summary.steps} of 60, .* of step ${/\d/.exec(last as string)?.[0]}\\. Begin another run with a lower learning rate`,
    ),
  )
  const report = readFileSync(join(run, 'report.html'), 'utf8')
  const [, verdict] = /<div class="verdict ([\s\S]*?)<\/div>/.exec(report) ?? []
  expect(verdict).toMatch(/^(healthy|narrowing|collapsed)"/)
  expect(verdict).not.toContain('not a number')
  // going on comes to the same end, and takes nothing with it
  const again = await selfsame(['train', '--run', run, '--resume'])
  expect(again.code).toBe(1)
  expect(again.stderr).toMatch(/the loss is NaN at step/)
  expect(readdirSync(join(run, 'checkpoints')).toSorted().reverse()[0]).toBe(last)
}, 60_000)

test('weights that are infinite while the loss is not yet: they are not saved', async () => {
  const { code, stderr, summary, checkpoints } = await trained(
    'infinite',
    ...[
      '--lr',
      '1e20',
      '--checkpoint-every',
      '1',
      '--set',
      'warmup=0',
      '--set',
      'optimizer.weightDecay=1e30',
    ],
  )
  expect(code).toBe(1)
  expect(summary).toMatchObject({ status: 'diverged', steps: 1 })
  expect(checkpoints).toEqual([])
  expect(stderr).toMatch(
    /^selfsame: the weights \S+ are not finite at step 1 of 60, so training was stopped; nothing had been saved before\./m,
  )
})

test('weights that are infinite are noticed where the collapse is measured, too', async () => {
  const steep = ['--lr', '1e20', '--set', 'warmup=0', '--set', 'optimizer.weightDecay=1e30']
  const { run, code, summary } = await trained('unsaved', ...steep)
  expect(code).toBe(1)
  expect(summary).toMatchObject({ status: 'diverged', steps: 1 })
  const judged = await selfsame(['evaluate', run])
  expect(judged.stderr).toMatch(
    /unsaved diverged at step 1 of 60, before anything had been saved: begin another run with a lower learning rate/,
  )
  expect(judged.code).toBe(1)
})

test('why it ended is told also where that cannot be written', async () => {
  const run = join(folder, 'unwritten')
  // in the way of the file
  mkdirSync(join(run, 'training.json'), { recursive: true })
  const steep = ['--lr', '1e20', '--set', 'warmup=0']
  const { code, stderr } = await selfsame(['train', pictures, ...TINY, '--run', run, ...steep])
  expect(code).toBe(1)
  expect(stderr).toMatch(/^Warning: \S+training\.json could not be written: a folder is in the way; .*\.$/m)
  expect(stderr).toMatch(
    /^selfsame: the loss is NaN at step \d of 60, so training was stopped; nothing had been/m,
  )
})
