import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/support/cli.js'
import { drawPictures } from '../../test/support/pictures.js'
import { memory } from '../torch/index.js'
import { showAttention } from './attention.js'
import { train } from './train.js'

const folder = temporaryFolder()
const pictures = join(folder, 'pictures')
const SMALL = {
  ...{ size: 16, batch: 8, epochs: 1, probeEvery: 0, precision: 'float32' as const },
  projector: { hidden: 8 },
}

test('sheets of eight pictures show what a transformer looks at; another encoder is refused', async () => {
  await drawPictures(pictures, 16)
  const out = join(folder, 'vit')
  const run = await train(pictures, { ...SMALL, method: 'dino', encoder: 'vit-mini/8', out })
  await run.finish()
  const before = memory().tensors
  const files = await showAttention(out, { count: 9 })
  expect(memory().tensors).toBe(before)
  expect(files).toEqual(['001', '002'].map((number) => join(out, 'attention', `attention-${number}.png`)))
  const sizes = await Promise.all(files.map((file) => sharp(readFileSync(file)).metadata()))
  const [first, second] = sizes.map(({ height }) => height as number)
  // a row, and the gap to the next
  expect([second, first]).toEqual([224, 8 * 224 + 7 * 4])

  const other = join(folder, 'small')
  await (await train(pictures, { ...SMALL, out: other })).finish()
  await expect(showAttention(other)).rejects.toThrow(
    "the run's encoder 'small' has no attention to show: train with a vision transformer, such as `encoder: 'vit-mini/4'`",
  )
}, 120_000)
