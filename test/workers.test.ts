/** Batches, and so weights, do not depend on how many threads decode, nor on a restart in the middle of an epoch. */
import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, expect, test } from 'vitest'
import { selfsame, temporaryFolder } from './support/cli.js'
import { drawPictures } from './support/pictures.js'

const folder = temporaryFolder()
const pictures = join(folder, 'pictures')
const PICTURES = 60
const BATCH = 8
const words =
  `--size 16 --batch ${BATCH} --epochs 3 --set projector.hidden=32 --set predictor.hidden=32 --checkpoint-every 1`.split(
    ' ',
  )

/** Trains with so many workers; returns the encoder, the losses of all steps and what was set aside. */
async function trained(workers: number, run = join(folder, `workers-${workers}`)) {
  const { code, stderr } = await selfsame([
    'train',
    pictures,
    ...words,
    '--workers',
    String(workers),
    '--run',
    run,
  ])
  expect(code, stderr).toBe(0)
  return outcome(run)
}

function outcome(run: string) {
  const lines = (name: string) =>
    readFileSync(join(run, name), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
  const losses = lines('metrics.jsonl').flatMap(({ type, loss }) => (type === 'step' ? [loss as number] : []))
  const aside = lines('quarantine.jsonl').map(({ path }) => path as string)
  return { encoder: readFileSync(join(run, 'encoder.safetensors')), losses, aside: aside.sort() }
}

beforeAll(async () => {
  const paths = await drawPictures(pictures, PICTURES)
  // JPEGs among them, one cut short and one that is no picture
  for (const path of paths.filter((_, i) => i % 3 === 0)) {
    await sharp(path).jpeg().toFile(path.replace('.png', '-copy.jpg'))
  }
  truncateSync(join(pictures, 'picture-0006-copy.jpg'), 300)
  writeFileSync(paths[10] as string, 'not a picture')
})

test('0, 1, 2 and 7 workers: the same losses, the same weights, the same pictures set aside', async () => {
  const alone = await trained(0)
  expect(alone.aside).toEqual(['picture-0006-copy.jpg', 'picture-0010.png'])
  expect(alone.losses).toHaveLength(3 * Math.floor((PICTURES + PICTURES / 3) / BATCH))
  for (const workers of [1, 2, 7]) {
    const others = await trained(workers)
    expect(others.losses).toEqual(alone.losses)
    expect(others.encoder.equals(alone.encoder)).toBe(true)
    expect(others.aside).toEqual(alone.aside)
  }
}, 300_000)

test('killed in the middle of an epoch and gone on with by other workers: the same', async () => {
  const run = join(folder, 'killed')
  const { signal } = await selfsame(
    ['train', pictures, ...words, '--workers', '7', '--run', run],
    (child, stderr) => {
      if (!/Training byol/.test(stderr)) return
      const timer = setInterval(() => {
        const steps = metrics(run)
        if (steps % 10 >= 3) {
          child.kill('SIGKILL')
          clearInterval(timer)
        }
      }, 1)
      timer.unref()
    },
  )
  expect(signal).toBe('SIGKILL')
  const { code } = await selfsame(['train', '--run', run, '--resume', '--workers', '1'])
  expect(code).toBe(0)
  const whole = outcome(join(folder, 'workers-0'))
  const resumed = outcome(run)
  expect(resumed.losses).toEqual(whole.losses)
  expect(resumed.encoder.equals(whole.encoder)).toBe(true)
}, 300_000)

/** Steps written so far. */
function metrics(run: string): number {
  try {
    return (readFileSync(join(run, 'metrics.jsonl'), 'utf8').match(/"type":"step"/g) ?? []).length
  } catch {
    return 0
  }
}
