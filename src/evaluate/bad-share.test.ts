/** A run that was allowed many unreadable pictures is judged and shown with as many. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { selfsame, temporaryFolder } from '../../test/support/cli.js'
import { drawPictures } from '../../test/support/pictures.js'
import { stream } from '../encode/random.js'
import { pixelSource } from '../images/arrays/pixels.js'
import { PictureError, type Source, subset } from '../images/index.js'
import { findMethod } from '../learn/methods/index.js'
import { resolveSettings } from '../learn/settings.js'
import { createState, disposeState } from '../learn/state.js'
import { fineTune } from './fine-tuning.js'
import { augmentedPairs } from './gallery.js'
import { trainSupervised } from './supervised.js'

const COUNT = 1200
/** Of four pictures three cannot be read, and of those that are drawn at times more. */
const BAD_SHARE = 0.95
const draw = stream(5)
const data = Uint8Array.from({ length: COUNT * 64 }, () => Math.floor(draw() * 256))
const whole: Source = {
  ...pixelSource({ name: 'noise', part: 'train', data, height: 8, width: 8, channels: 1 }),
  labels: Int32Array.from({ length: COUNT }, (_, i) => Math.floor(i / 4) % 2),
}
const mostlyBad: Source = {
  ...whole,
  read: async (index) => {
    if (index % 4 > 0) throw new PictureError(whole.describe(index), 'it is empty')
    return whole.read(index)
  },
}
const byol = findMethod('byol')
const settings = resolveSettings(
  byol,
  'small',
  { size: 8, batch: 8, projector: { hidden: 8, outputs: 4 } },
  { pictures: COUNT, channels: 1, nativeSize: 8 },
  'float32',
)
const REFUSED = /pictures cannot be read where at most/

test.each([
  [
    'fine-tuning',
    (badShare?: number) =>
      withState((state) =>
        fineTune(
          { state, train: mostlyBad, test: whole, badShare },
          { grid: { learningRates: [0.05], weightDecays: [0], epochs: [1] }, passes: 40 },
        ),
      ),
  ],
  [
    'the supervised network',
    (badShare?: number) =>
      withState(async (state) => {
        const rival = await trainSupervised(
          { state, train: mostlyBad, test: whole, badShare },
          { passes: 64 },
        )
        rival.dispose()
      }),
  ],
  [
    'the pairs of the report',
    async (badShare?: number) => {
      const some = subset(
        mostlyBad,
        Int32Array.from({ length: 40 }, (_, i) => i),
      )
      expect(await augmentedPairs(some, settings, badShare)).toHaveLength(6)
    },
  ],
])(
  '%s: as many may be unreadable as were allowed',
  async (_, body) => {
    await expect(body()).rejects.toThrow(REFUSED)
    await body(BAD_SHARE)
  },
  60_000,
)

async function withState<T>(body: (state: ReturnType<typeof createState>) => Promise<T>): Promise<T> {
  const state = createState(settings, byol)
  try {
    return await body(state)
  } finally {
    disposeState(state)
  }
}

test('what a transformer looks at: as many may be unreadable as its run was allowed', async () => {
  const folder = temporaryFolder()
  const [pictures, run] = [join(folder, 'pictures'), join(folder, 'run')]
  await drawPictures(pictures, 16)
  for (let i = 0; i < 32; i++) writeFileSync(join(pictures, `picture-0000-${i}.png`), '')
  const small = ['--size', '16', '--batch', '8', '--epochs', '1', '--probe-every', '0', '--bad-share', '0.8']
  const trained = await selfsame([
    ...['train', pictures, '--method', 'dino', '--encoder', 'vit-mini/4', ...small, '--run', run],
    ...['--set', 'projector.hidden=32', '--set', 'projector.outputs=64'],
  ])
  expect(trained.code, trained.stderr).toBe(0)
  const looked = await selfsame(['attention', run, '--size', '16', '--count', '16'])
  expect(looked.code, looked.stderr).toBe(0)
}, 120_000)
