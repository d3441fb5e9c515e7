import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { stream } from '../encode/random.js'
import { pixelSource } from '../images/arrays/pixels.js'
import type { Source } from '../images/index.js'
import type { Joined } from '../learn/encoder/joined.js'
import { findMethod } from '../learn/methods/index.js'
import { type Overrides, resolveSettings } from '../learn/settings.js'
import {
  createState,
  disposeState,
  representation,
  representationParts,
  stateTensors,
  type TrainingState,
} from '../learn/state.js'
import { type StepEvent, train } from '../learn/train.js'
import { decodeSafetensors, EVAL, encodeSafetensors, loadState } from '../nn/index.js'
import type { ProbeLine } from '../run/index.js'
import { memory, noGrad, ops, scope } from '../torch/index.js'
import { Probe } from './probe.js'

const byol = findMethod('byol')
const PICTURES = 24
const TINY = {
  encoder: 'small',
  size: 8,
  batch: 4,
  epochs: 2,
  projector: { hidden: 8, outputs: 4 },
  predictor: { hidden: 8 },
} satisfies Overrides
const facts = { pictures: PICTURES, channels: 1, nativeSize: 8 }

const draw = stream(7)
const data = Uint8Array.from({ length: PICTURES * 64 }, () => Math.floor(draw() * 256))
const pictures = (labels: (index: number) => number): Source => ({
  ...pixelSource({ name: 'noise', part: 'train', data, height: 8, width: 8, channels: 1 }),
  labels: Int32Array.from({ length: PICTURES }, (_, i) => labels(i)),
})
const classes = pictures((i) => i % 3)

let before: number
beforeAll(() => {
  before = memory().tensors
})
afterAll(() => expect(memory().tensors).toBe(before))

/** Trains to `until`, asking as often as told. */
async function run(
  state: TrainingState,
  every: number,
  until = Number.POSITIVE_INFINITY,
): Promise<ProbeLine[]> {
  const lines: ProbeLine[] = []
  const probe = Probe.of(state, classes, every, state.step / (PICTURES / state.settings.batch))
  for await (const event of train(state, classes)) {
    if (event.type !== 'step') continue
    const line = await probe?.after(event)
    if (line?.type === 'probe') lines.push(line)
    if (event.step >= until) break
  }
  return lines
}

const bytesOf = (state: TrainingState) => Buffer.from(encodeSafetensors(stateTensors(state)))

test.each<[string, Overrides, 'float32' | 'bfloat16', steps: number[]]>([
  ['batch norm', {}, 'float32', [3, 6, 9, 12]],
  ['batch norm in bfloat16', {}, 'bfloat16', [3, 6, 9, 12]],
  [
    'drop path',
    { encoder: { name: 'vit-mini', patch: 4, dropPath: 0.3 }, batch: 12 },
    'float32',
    [1, 2, 3, 4],
  ],
])(
  '%s: weights, statistics and optimiser are the same to the bit, also when resumed',
  async (_, change, precision, steps) => {
    const settings = resolveSettings(byol, 'small', { ...TINY, ...change }, facts, precision)
    const states = Array.from({ length: 3 }, () => createState(settings, byol)) as [
      TrainingState,
      TrainingState,
      TrainingState,
    ]
    const [plain, probed, resumed] = states
    expect(await run(plain, 0)).toEqual([])
    const lines = await run(probed, 0.5)
    expect(lines.map(({ step }) => step)).toEqual(steps)
    expect(bytesOf(probed).equals(bytesOf(plain))).toBe(true)

    const first = createState(settings, byol)
    const head = await run(first, 0.5, Math.ceil(0.6 * (steps.at(-1) as number)))
    const { tensors } = decodeSafetensors(bytesOf(first))
    loadState(stateTensors(resumed), tensors)
    resumed.step = first.step
    const tail = await run(resumed, 0.5)
    expect([...head, ...tail]).toEqual(lines)
    expect(bytesOf(resumed).equals(bytesOf(plain))).toBe(true)
    for (const tensor of tensors.values()) tensor.dispose()
    for (const state of [...states, first]) disposeState(state)
  },
)

test.each<[string, (step: number) => number]>([
  ['as planned', () => 600],
  ['stretched at its end', (step) => (step < 30 ? 31 : 600)],
  ['shortened on the way', (step) => (step < 100 ? 30_000 : 400)],
])('a run whose length is %s is looked at about ten times', async (_, totalAt) => {
  const state = createState(resolveSettings(byol, 'small', TINY, facts, 'float32'), byol)
  let now = 0
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now)
  try {
    const probe = Probe.of(state, classes, undefined, 0)
    const steps: number[] = []
    for (let [step, totalSteps] = [1, totalAt(1)]; step <= totalSteps; step++) {
      // no look costs anything
      now += 1000
      totalSteps = totalAt(step)
      const event = { type: 'step', step, totalSteps, epoch: step / 6 } as StepEvent
      if (await probe?.after(event)) steps.push(step)
    }
    expect(steps.at(-1)).toBe(totalAt(600))
    const later = steps.filter((step) => step > 100)
    expect(later.length).toBeGreaterThanOrEqual(7)
    expect(later.length).toBeLessThanOrEqual(10)
    expect(steps.length).toBeLessThanOrEqual(20)
  } finally {
    clock.mockRestore()
    disposeState(state)
  }
})

test('who it asks: others of the labelled training pictures, or nobody', () => {
  const state = createState(resolveSettings(byol, 'small', TINY, facts, 'float32'), byol)
  const about = (given: Source) => Probe.of(state, given, undefined, 0)?.about
  expect(about(classes)).toBe(
    'k-NN: 9 training pictures are classified by 15 other labelled ones now and then',
  )
  expect(about(pictures((i) => (i < 12 ? i % 2 : -1)))).toBe(
    'k-NN: 4 training pictures are classified by 8 other labelled ones now and then',
  )
  const { labels: _, ...unlabelled } = classes
  for (const nobody of [unlabelled, pictures(() => -1), pictures(() => 0), pictures((i) => i)])
    expect(about(nobody)).toBeUndefined()
  expect(Probe.of(state, classes, 0, 0)).toBeUndefined()
  disposeState(state)
})

test('a network that has diverged gives no number and no error', async () => {
  const state = createState(resolveSettings(byol, 'small', TINY, facts, 'float32'), byol)
  noGrad(() => stateTensors(state).get('online.encoder.layers.3.bn.weight')?.fill_(Number.NaN))
  const [line] = await run(state, 0.1, 1)
  expect(line).toMatchObject({ type: 'probe', step: 1, knn: Number.NaN, linear: Number.NaN })
  disposeState(state)
})

test('a part that stays as it is once it is solved is made once, and the figures are those of the whole', async () => {
  const method = findMethod('smt-distilled')
  const own = {
    ...TINY,
    encoder: { name: 'joined', atoms: 16, patch: 3, grid: 2, directions: 4, outputs: 8 },
  }
  const change = {
    ...own,
    projector: { outputs: 4 },
    predictor: null,
    loss: { pictures: 8, memory: 8 },
  } as Overrides
  const state = createState(resolveSettings(method, 'small', change, facts, 'float32'), method)
  const probe = Probe.of(state, classes, 0.1, 0)
  const coded = vi.spyOn(state.online.encoder as Joined, 'code')
  const steps: number[] = []
  for await (const event of train(state, classes)) {
    if (event.type !== 'step') continue
    const line = await probe?.after(event)
    if (!line) continue
    steps.push(line.step)
    // one that remembers nothing
    const fresh = Probe.of(state, classes, 0.1, 0)
    expect(await fresh?.look(line.step, line.epoch)).toEqual(line)
    fresh?.dispose()
  }
  // six of twelve steps are solved, and nothing is asked of what is half solved
  expect(steps).toEqual([6, 7, 8, 9, 10, 11, 12])
  // of those that know and those that are asked: once, and once by each that remembers nothing
  expect(coded).toHaveBeenCalledTimes(2 + 2 * steps.length)
  scope(() => {
    const x = ops.rand([5, 1, 8, 8])
    const parts = representationParts(state)?.map((part) => part.forward(x, EVAL)) ?? []
    expect(ops.cat(parts, 1).equal(representation(state).forward(x, EVAL))).toBe(true)
  })
  probe?.dispose()
  disposeState(state)
})
