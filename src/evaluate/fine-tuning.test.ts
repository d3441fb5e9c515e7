import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stream } from '../encode/random.js'
import { openData, type Source, subset } from '../images/index.js'
import { fit, type Line, lineOf } from '../judge/index.js'
import { hasFashion } from '../judge/testing/banks.js'
import { factsOf } from '../learn/facts.js'
import { findMethod } from '../learn/methods/index.js'
import { resolveSettings } from '../learn/settings.js'
import { createState, disposeState, stateTensors, type TrainingState } from '../learn/state.js'
import { disposeModule, encodeSafetensors, Linear } from '../nn/index.js'
import { memory, noGrad } from '../torch/index.js'
import { fineTune, networkOf } from './fine-tuning.js'
import { labelledPictures } from './labelled-pictures.js'
import { trainSupervised } from './supervised.js'
import { noise } from './testing/noise.js'

let before: number
beforeAll(() => {
  before = memory().tensors
})
afterAll(() => expect(memory().tensors).toBe(before))

const bytesOf = (state: TrainingState) => Buffer.from(encodeSafetensors(stateTensors(state)))
const FIT = { learningRate: 0.1, weightDecay: 0, epochs: 2, batch: 64, warmup: 0.2 }
const GRID = { learningRates: [0.05], weightDecays: [0], epochs: [20] }

describe.skipIf(!hasFashion)('on Fashion-MNIST', () => {
  let state: TrainingState
  let pictures: { train: Source; test: Source }
  beforeAll(async () => {
    const { train: known, test: asked } = await openData('fashion-mnist')
    const part = (source: Source, from: number, count: number) =>
      subset(
        source,
        Int32Array.from({ length: count }, (_, i) => from + i),
      )
    pictures = { train: part(known, 0, 3000), test: part(asked as Source, 0, 1000) }
    const byol = findMethod('byol')
    const settings = resolveSettings(byol, 'small', {}, await factsOf(pictures.train), 'float32')
    state = createState(settings, byol)
    // classes are the quickest way to a trained encoder; these pictures are never seen again
    const others = labelledPictures(part(known, 3000, 6000), settings, byol, 1)
    const head = new Linear(1024, 10)
    const rows = Int32Array.from(others.labels, (_, row) => row)
    await fit(networkOf(state, 0), head, others, rows, { ...FIT, precision: 'float32', seed: 0 })
    disposeModule(head)
  }, 120_000)
  afterAll(() => disposeState(state))

  test('a trained encoder beats the same network from scratch, and its weights stay', async () => {
    const weights = bytesOf(state)
    const seen: [number, number][] = []
    const lines = await fineTune(
      { state, ...pictures },
      { grid: GRID, passes: 3000, progress: (_, done, total) => seen.push([done, total]) },
    )
    expect(lines.map(({ name }) => name)).toEqual([
      'finetune_1_percent',
      'finetune_1_percent_head',
      'finetune_10_percent',
    ])
    for (const [share, ahead] of [
      ['1', 0.04],
      ['10', 0],
    ] as const) {
      const { scores, chosen } = lineOf(lines, `finetune_${share}_percent`) as (typeof lines)[number]
      const { learned, untrained } = scores
      expect(learned.mean).toBeGreaterThan((untrained?.mean ?? 1) + ahead)
      expect(learned.low).toBeLessThan(learned.mean)
      expect(chosen).toMatchObject({ learning_rate: 0.05, labelled: 30 * Number(share) })
    }
    expect(bytesOf(state).equals(weights)).toBe(true)
    expect(seen.at(-1)?.[0]).toBe(seen.at(-1)?.[1])
    expect(seen.every(([done], i) => i === 0 || done >= (seen[i - 1]?.[0] ?? 0))).toBe(true)
  }, 120_000)

  test('all labels make a good supervised network of the same size', async () => {
    const rival = await trainSupervised({ state, ...pictures }, { passes: 9000 })
    expect(rival.accuracy.mean).toBeGreaterThan(0.7)
    expect(rival.encoder.features).toBe(1024)
    expect(rival.chosen).toMatchObject({ epochs: 3, batch: 64 })
    rival.dispose()
  }, 120_000)
})

const draw = stream(5)
const COUNT = 60
const pictures = (labels?: (index: number) => number) => noise(draw, COUNT, labels)

async function withState(method: string, body: (state: TrainingState) => Promise<void>): Promise<void> {
  const found = findMethod(method)
  const facts = { pictures: COUNT, channels: 1, nativeSize: 8 }
  const small = { size: 8, batch: 8, projector: { hidden: 8, outputs: 4 } }
  const state = createState(resolveSettings(found, 'small', small, facts, 'float32'), found)
  try {
    await body(state)
  } finally {
    disposeState(state)
  }
}

test.each([
  ['byol', ['finetune_1_percent', 'finetune_1_percent_head', 'finetune_10_percent']],
  ['vicreg', ['finetune_1_percent', 'finetune_1_percent_head', 'finetune_10_percent']],
  ['dino', ['finetune_1_percent', 'finetune_10_percent']],
])('%s: from the middle of the head where there is one', (method, names) =>
  withState(method, async (state) => {
    const source = pictures((i) => i % 3)
    const lines = await fineTune({ state, train: source, test: source }, { grid: GRID, passes: 40 })
    expect(lines.map(({ name }) => name)).toEqual(names)
    // a picture of each class at least, and from within the head no untrained network beside
    for (const { name, chosen, scores } of lines) {
      expect(chosen?.labelled, name).toBe(name.startsWith('finetune_10') ? 6 : 3)
      expect(Object.keys(scores), name).toEqual(
        name.endsWith('head') ? ['learned'] : ['learned', 'untrained'],
      )
    }
  }),
)

test('lines of an earlier evaluation are not made again', () =>
  withState('byol', async (state) => {
    const source = pictures((i) => i % 3)
    const context = { state, train: source, test: source }
    const lines = new Map<string, Line>()
    const written: string[] = []
    const kept = {
      read: (name: string) => lines.get(name),
      write: (line: Line) => {
        written.push(line.name)
        lines.set(line.name, line)
      },
    }
    const whole = await fineTune(context, { grid: GRID, passes: 40, kept })
    expect(written).toEqual(whole.map(({ name }) => name))
    // as if it had been stopped before its last line
    lines.delete('finetune_10_percent')
    written.length = 0
    expect(await fineTune(context, { grid: GRID, passes: 40, kept })).toEqual(whole)
    expect(written).toEqual(['finetune_10_percent'])
  }))

test('pictures without a label are left alone, classes of one picture are learned from', () =>
  withState('byol', async (state) => {
    const partly = pictures((i) => (i < 20 ? i % 2 : i === 20 ? 2 : -1))
    const [line] = await fineTune({ state, train: partly, test: partly }, { grid: GRID, passes: 40 })
    // one of each of the three classes
    expect(line?.chosen).toMatchObject({ labelled: 3, held_out: 0 })
    const rival = await trainSupervised({ state, train: partly, test: partly }, { passes: 42 })
    expect(rival.chosen).toMatchObject({ epochs: 2, batch: 21 })
    rival.dispose()
  }))

test('no labels, and weights that are no numbers, end in one sentence', () =>
  withState('byol', async (state) => {
    for (const source of [pictures(), pictures(() => -1)]) {
      const context = { state, train: source, test: source }
      const message =
        'expected pictures with classes to learn from, got none in noise: put them into one folder a class'
      await expect(fineTune(context)).rejects.toThrow(message)
      await expect(trainSupervised(context)).rejects.toThrow(message)
    }
    noGrad(() => stateTensors(state).get('online.encoder.layers.0.conv.weight')?.fill_(Number.NaN))
    const source = pictures((i) => i % 3)
    await expect(fineTune({ state, train: source, test: source })).rejects.toThrow(
      /^expected finite weights, got NaN or infinity in 'encoder.layers.0.conv.weight'/,
    )
  }))
