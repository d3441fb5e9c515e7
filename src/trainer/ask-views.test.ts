import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Encoder } from '../encode/encoder.js'
import { stream } from '../encode/random.js'
import { pixelSource } from '../images/arrays/pixels.js'
import type { Source } from '../images/index.js'
import { afterLook, type Look, type Standing } from '../judge/index.js'
import { findMethod } from '../learn/methods/index.js'
import { type Overrides, resolveSettings } from '../learn/settings.js'
import { createState, disposeState, stateTensors, type TrainingState } from '../learn/state.js'
import { train } from '../learn/train.js'
import { decodeSafetensors, encodeSafetensors, loadState } from '../nn/index.js'
import type { LookLine, ViewsLine } from '../run/index.js'
import { memory, ops, tensor } from '../torch/index.js'
import { askViews } from './ask-views.js'
import { Probe } from './probe.js'

const byol = findMethod('byol')
const PICTURES = 120
const SIDE = 8
const settingsWith = (change: Overrides = {}) =>
  resolveSettings(
    byol,
    'small',
    {
      ...{ encoder: 'small', size: SIDE, batch: 40, epochs: 4 },
      ...{ projector: { hidden: 8, outputs: 4 }, predictor: { hidden: 8 }, ...change },
    },
    { pictures: PICTURES, channels: 1, nativeSize: SIDE },
    'float32',
  )
const settings = settingsWith()

/** Noise whose right half is its left one, so that who sees all of it finds the one by the other at once. */
function tiled(count = PICTURES, maximum = 255, from = 0, to = maximum): Source {
  const draw = stream(3)
  const Values = maximum > 255 ? Uint16Array : Uint8Array
  const data = new Values(count * SIDE * SIDE)
  for (let row = 0; row < count * SIDE; row++)
    for (let column = 0; column < SIDE / 2; column++) {
      const value = from + Math.floor(draw() * (to - from))
      data.fill(value, row * SIDE + column, row * SIDE + column + 1)
      data.fill(value, row * SIDE + column + SIDE / 2, row * SIDE + column + SIDE / 2 + 1)
    }
  const all = { name: 'tiled', part: 'train', data, maximum, height: SIDE, width: SIDE, channels: 1 }
  return pixelSource(all)
}

/** The first so many rows of a picture. */
const seeing = (rows: number): Encoder => ({
  features: rows * SIDE,
  forward: (x) => x.narrow(2, 0, rows).flatten(1),
})
const blind: Encoder = { features: 1, forward: (x) => ops.mean(x, [1, 2, 3], false).unsqueeze(1).mul(0) }

async function asked(
  encoder: Encoder,
  pictures = tiled(),
  own = settings,
): Promise<Omit<ViewsLine, 'step' | 'epoch'>> {
  using question = askViews(pictures, own) as NonNullable<ReturnType<typeof askViews>>
  await question.prepare()
  const { rows, answer } = await question.see(encoder)
  const found = answer(rows)
  for (const one of rows) one.dispose()
  if (found.type !== 'views') throw new Error('expected an answer about views')
  return found
}

let before: number
beforeAll(() => {
  before = memory().tensors
})
afterAll(() => expect(memory().tensors).toBe(before))

test('a half that says what the other shows is found at once, and who sees nothing finds it last', async () => {
  const all = await asked(seeing(SIDE))
  expect(all.halves).toBe(1)
  // covered and turned, it is another matter
  expect(all.elsewhere).toBeGreaterThan(1 / PICTURES)
  expect(all.elsewhere).toBeLessThan(0.9)
  expect(all.found).toHaveLength(PICTURES)
  const mean = (all.found as Uint8Array).reduce((sum, one) => sum + one, 0) / PICTURES / 255
  expect(mean).toBeCloseTo((all.halves + all.elsewhere) / 2, 2)
  const none = await asked(blind)
  expect(none.halves).toBeCloseTo(1 / PICTURES, 10)
  expect(none.elsewhere).toBeCloseTo(1 / PICTURES, 10)
})

test('pictures of 16 bits keep what is fine in them', async () => {
  expect((await asked(seeing(SIDE), tiled(PICTURES, 65_535, 30_000, 30_100))).halves).toBe(1)
})

test('the views are those of the seed, and the same at every look', async () => {
  const [one, again, other] = [
    await asked(seeing(3)),
    await asked(seeing(3)),
    await asked(seeing(3), tiled(), settingsWith({ seed: 5 })),
  ]
  expect(again).toEqual(one)
  expect(other.elsewhere).not.toBe(one.elsewhere)
})

test('an encoder whose features drown in noise sinks', async () => {
  const draw = stream(4)
  const drowned = (noise: number): Encoder => ({
    features: SIDE * SIDE,
    forward(x) {
      const seen = x.flatten(1)
      const added = Float32Array.from({ length: seen.numel }, () => noise * (draw() - 0.5))
      return seen.add(tensor(added, seen.shape))
    },
  })
  let standing: Standing | undefined
  for (const [step, noise] of [0, 8, 16, 16].entries()) {
    const { found } = await asked(drowned(noise))
    const look: Look = { step, by: 'views', known: found as Uint8Array }
    standing = afterLook(standing, look)
  }
  expect(standing).toMatchObject({ best: { step: 0 }, last: { step: 3 }, sunk: 3 })
})

test('who is asked: all or 500, never few, and none that take too much memory', () => {
  const about = (pictures: Source, own = settings) => {
    using question = askViews(pictures, own)
    return question?.about
  }
  const words = (count: string) =>
    `Halves: ${count} training pictures look for their other half, and for another view, now and then`
  expect(about(tiled())).toBe(words('120'))
  expect(about(tiled(510))).toBe(words('500'))
  expect(about(tiled(99))).toBeUndefined()
  // 2^28 bytes by five views of 512 x 512
  expect(about(tiled(300), settingsWith({ size: 512 }))).toBe(words('204'))
  expect(about(tiled(300), settingsWith({ size: 1024 }))).toBeUndefined()
})

test('a network that has diverged gives no number and no error', async () => {
  const broken: Encoder = { features: 4, forward: (x) => x.flatten(1).narrow(1, 0, 4).mul(Number.NaN) }
  expect(await asked(broken)).toEqual({ type: 'views', halves: Number.NaN, elsewhere: Number.NaN })
})

test('where all steps are solved there is no look to compare another with', () => {
  const method = findMethod('smt')
  const own = resolveSettings(
    method,
    'small',
    {},
    { pictures: PICTURES, channels: 1, nativeSize: 32 },
    'float32',
  )
  const state = { settings: own, method, stretches: [] } as unknown as TrainingState
  expect(Probe.of(state, tiled(), undefined, 0)).toBeUndefined()
})

/** Trains to `until`, asking as often as told. */
async function run(state: TrainingState, pictures: Source, every: number, until = Number.POSITIVE_INFINITY) {
  const lines: LookLine[] = []
  const probe = Probe.of(state, pictures, every, (state.step * settings.batch) / PICTURES)
  for await (const event of train(state, pictures)) {
    if (event.type !== 'step') continue
    const line = await probe?.after(event)
    if (line) lines.push(line)
    if (event.step >= until) break
  }
  probe?.dispose()
  return lines
}
const bytesOf = (state: TrainingState) => Buffer.from(encodeSafetensors(stateTensors(state)))

test('the weights are the same to the bit with and without it, and the lines when resumed', async () => {
  const pictures = tiled()
  const states = Array.from({ length: 4 }, () => createState(settings, byol)) as [
    TrainingState,
    TrainingState,
    TrainingState,
    TrainingState,
  ]
  const [plain, probed, first, resumed] = states
  expect(await run(plain, pictures, 0)).toEqual([])
  const lines = await run(probed, pictures, 1)
  expect(lines.map(({ type, step }) => [type, step])).toEqual([3, 6, 9, 12].map((step) => ['views', step]))
  expect(bytesOf(probed).equals(bytesOf(plain))).toBe(true)

  const head = await run(first, pictures, 1, 7)
  const { tensors } = decodeSafetensors(bytesOf(first))
  loadState(stateTensors(resumed), tensors)
  resumed.step = first.step
  expect([...head, ...(await run(resumed, pictures, 1))]).toEqual(lines)
  for (const tensor of tensors.values()) tensor.dispose()
  for (const state of states) disposeState(state)
})
