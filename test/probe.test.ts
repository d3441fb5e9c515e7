/** The online probe as a user meets it: lines in metrics.jsonl, and weights that know nothing of it. */
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { selfsame, temporaryFolder } from './support/cli.js'
import { drawPictures } from './support/pictures.js'

const folder = temporaryFolder()
const small = [
  '--size',
  '16',
  '--batch',
  '8',
  '--epochs',
  '4',
  '--set',
  'projector.hidden=32',
  '--set',
  'predictor.hidden=32',
]

const linesOf = (run: string, wanted: string) =>
  readFileSync(join(run, 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({ type }) => type === wanted)
const probes = (run: string) => linesOf(run, 'probe')
const weights = (run: string) => readFileSync(join(run, 'encoder.safetensors'))

async function train(data: string, run: string, ...more: string[]) {
  const { code, stderr } = await selfsame(['train', data, ...small, '--run', join(folder, run), ...more])
  expect(code, stderr).toBe(0)
  return { run: join(folder, run), stderr }
}

test('class folders: k-NN and a linear classifier every epoch, and the same weights without', async () => {
  const data = join(folder, 'classes')
  await drawPictures(data, 48, true)
  const asked = await train(data, 'asked', '--probe-every', '1')
  const lines = probes(asked.run)
  expect(lines.map(({ step, epoch }) => [step, epoch])).toEqual(
    [6, 12, 18, 24].map((step, i) => [step, i + 1]),
  )
  for (const { knn, linear } of lines) {
    // shares of the 15 that are asked about
    expect(Array.from({ length: 16 }, (_, right) => right / 15)).toEqual(
      expect.arrayContaining([knn, linear]),
    )
  }
  expect(asked.stderr).toMatch(
    /k-NN: 15 training pictures are classified by 33 other labelled ones now and then/,
  )
  expect(asked.stderr).toMatch(/k-NN \d+ %/)
  const silent = await train(data, 'silent', '--probe-every', '0')
  expect(probes(silent.run)).toEqual([])
  expect(silent.stderr).not.toContain('k-NN')
  expect(weights(asked.run).equals(weights(silent.run))).toBe(true)
}, 120_000)

test.each<[string, number[]]>([
  ['1', [6, 12, 18, 24]],
  ['0', []],
])(
  '--resume remembers --probe-every %s and --checkpoint-every',
  async (every, steps) => {
    const data = join(folder, `classes ${every}`)
    await drawPictures(data, 48, true)
    const { run } = await train(
      data,
      `remembered ${every}`,
      '--probe-every',
      every,
      '--checkpoint-every',
      '12',
    )
    const expected = weights(run)
    // as if it had been killed after the checkpoint in the middle
    for (const name of ['training.json', 'encoder.safetensors', 'checkpoints/step-24.safetensors'])
      rmSync(join(run, name))
    expect(JSON.parse(readFileSync(join(run, 'run.json'), 'utf8'))).toMatchObject({
      checkpoint_every: 12,
      probe_every: Number(every),
    })
    const { code, stderr } = await selfsame(['train', '--run', run, '--resume'])
    expect(code, stderr).toBe(0)
    expect(probes(run).map(({ step }) => step)).toEqual(steps)
    expect(weights(run).equals(expected)).toBe(true)
    expect(readdirSync(join(run, 'checkpoints')).sort()).toEqual([
      'step-12.safetensors',
      'step-24.safetensors',
    ])
  },
  120_000,
)

test('without classes: how soon halves are found, and the best is kept only where it is asked for', async () => {
  const data = join(folder, 'many')
  await drawPictures(data, 104)
  const asked = await train(data, 'halves', '--probe-every', '2')
  const lines = linesOf(asked.run, 'views')
  expect(lines.map(({ step, epoch }) => [step, epoch])).toEqual([
    [26, 2],
    [52, 4],
  ])
  for (const { halves, elsewhere, found } of lines) {
    expect(Math.min(halves, elsewhere)).toBeGreaterThan(1 / 104)
    expect(Math.max(halves, elsewhere)).toBeLessThanOrEqual(1)
    expect(found).toHaveLength(2 * 104)
  }
  expect(asked.stderr).toMatch(/halves \d+ %/)
  expect(readdirSync(asked.run)).not.toContain('best.safetensors')
  const kept = await train(data, 'kept', '--probe-every', '2', '--stop-early', '3')
  expect(linesOf(kept.run, 'views')).toEqual(lines)
  expect(readdirSync(kept.run)).toContain('best.safetensors')
}, 120_000)

test('without classes, of few pictures nothing is said', async () => {
  const data = join(folder, 'flat')
  await drawPictures(data, 16)
  const { run, stderr } = await train(data, 'unlabelled')
  expect(probes(run)).toEqual([])
  expect(linesOf(run, 'views')).toEqual([])
  expect(stderr).not.toMatch(/k-NN|halves/i)
}, 120_000)

test('a number of epochs that is none is refused in one sentence', async () => {
  const { code, stderr } = await selfsame(['train', folder, '--probe-every', 'often'])
  expect(code).toBe(2)
  expect(stderr).toContain("Expected a number of at least 0, got 'often'")
  expect((await selfsame(['train', folder, '--probe-every', '-1'])).code).toBe(2)
})
