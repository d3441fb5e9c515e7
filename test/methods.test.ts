/** Every method: its steps are finite, free what they made, and go on where they stopped; on real pictures see methods.long.test.ts. */
import { beforeAll, describe, expect, test } from 'vitest'
import { stream } from '../src/encode/random.js'
import { pixelSource } from '../src/images/arrays/pixels.js'
import type { Source } from '../src/images/index.js'
import type { Method } from '../src/learn/method.js'
import { findMethod, METHODS } from '../src/learn/methods/index.js'
import { type Overrides, resolveSettings, type Settings } from '../src/learn/settings.js'
import { createState, disposeState, stateTensors, type TrainingState } from '../src/learn/state.js'
import { type MeasureEvent, train } from '../src/learn/train.js'
import { decodeSafetensors, encodeSafetensors, loadState } from '../src/nn/index.js'
import { memory } from '../src/torch/index.js'

const PICTURES = 64
const SIDE = 32
const BATCH = 16
/** An epoch and a half: the order of the pictures and the queue of SwAV change on the way. */
const SHORT = { batch: BATCH, epochs: 1.5, warmup: 0, measureEvery: 2 }
const STEPS = 6

let pictures: Source
beforeAll(() => {
  const draw = stream(5)
  const data = Uint8Array.from({ length: PICTURES * SIDE * SIDE * 3 }, (_, i) => {
    const picture = Math.floor(i / (SIDE * SIDE * 3))
    // stripes of a colour and a width of each picture's own, with noise
    const on = Math.floor((i / 3 + picture) / (2 + (picture % 7))) % 2
    return 40 + on * (60 + ((picture * 37 + (i % 3) * 50) % 90)) + Math.floor(draw() * 30)
  })
  pictures = pixelSource({
    ...{ name: 'stripes', part: 'train', data, height: SIDE, width: SIDE, channels: 3 },
    labels: Int32Array.from({ length: PICTURES }, (_, i) => i % 4),
    classes: ['a', 'b', 'c', 'd'],
  })
})

function settingsOf(method: Method, change: Overrides = {}): Settings {
  const facts = { pictures: PICTURES, channels: 3, nativeSize: SIDE }
  const early = 'queueFrom' in method.loss.options ? { loss: { queueFrom: 1 } } : {}
  return resolveSettings(method, 'small', { ...SHORT, ...early, ...change }, facts, 'float32')
}

async function trainedTo(state: TrainingState, step: number): Promise<TrainingState> {
  for await (const event of train(state, pictures)) if (event.type === 'step' && event.step === step) break
  expect(state.step).toBe(step)
  return state
}

describe.each(Object.keys(METHODS))('%s', (name) => {
  const method = findMethod(name)

  test('its steps have finite losses, change the network, and leave no tensor behind', async () => {
    const state = createState(settingsOf(method), method)
    try {
      const live = memory().tensors
      const start = Buffer.from(bytesOf(state)[0]?.[1] as Buffer)
      const losses: number[] = []
      let last: MeasureEvent | undefined
      for await (const event of train(state, pictures)) {
        if (event.type === 'measure') {
          last = event
          continue
        }
        losses.push(event.loss)
        expect(memory().tensors).toBe(live)
      }
      expect(losses).toHaveLength(STEPS)
      expect(losses.every(Number.isFinite)).toBe(true)
      expect(last?.measures.effectiveRank).toBeGreaterThanOrEqual(1)
      expect(bytesOf(state)[0]?.[1].equals(start)).toBe(false)
    } finally {
      disposeState(state)
    }
  })

  test('stopped, saved, and gone on with in a fresh state, it is the same run bit for bit', async () => {
    const short = settingsOf(method)
    const straight = await trainedTo(createState(short, method), STEPS)
    const half = await trainedTo(createState(short, method), STEPS / 2)
    const { tensors } = decodeSafetensors(encodeSafetensors(stateTensors(half)))
    const fresh = createState(short, method)
    loadState(stateTensors(fresh), tensors)
    for (const one of tensors.values()) one.dispose()
    fresh.step = half.step
    const resumed = await trainedTo(fresh, STEPS)
    const [expected, own, before] = [straight, resumed, half].map(bytesOf) as [Bytes, Bytes, Bytes]
    const differing = own.flatMap(([key, value], i) =>
      value.equals(expected[i]?.[1] as Buffer) ? [] : [key],
    )
    expect(differing).toEqual([])
    // and the second half did something
    expect(own.some(([, value], i) => !value.equals(before[i]?.[1] as Buffer))).toBe(true)
    for (const state of [straight, half, resumed]) disposeState(state)
  })
})

type Bytes = (readonly [string, Buffer])[]

function bytesOf(state: TrainingState): Bytes {
  return [...stateTensors(state)].map(([key, one]) => [key, Buffer.from(one.bytes())] as const)
}
