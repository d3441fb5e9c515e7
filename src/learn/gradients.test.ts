import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Encoder } from '../encode/encoder.js'
import { Linear, type Module, parameters, stateDict } from '../nn/index.js'
import { memory, noGrad, ops, scope, type Tensor, tensor } from '../torch/index.js'
import type { Extract, Input } from './extract/extract.js'
import { clip, lossAndGradients, trainPredictor } from './gradients.js'
import { mlp, predictor } from './head.js'
import * as loss from './loss/index.js'
import type { LossContext } from './loss/loss.js'
import type { Method } from './method.js'
import { findMethod } from './methods/index.js'
import { weightDecayAt } from './schedule.js'
import { type Overrides, resolveSettings } from './settings.js'
import { squaredDistance } from './similarity/distance.js'
import { createState, disposeState, stateTensors, type TrainingState } from './state.js'
import { ema, ITSELF, STOP_GRADIENT } from './target.js'
import { packed } from './testing/packed.js'
import { takeStep } from './testing/take-step.js'
import { ALONE } from './world.js'

const PLAN = { stepsPerEpoch: 4, totalSteps: 8 }
const BATCH = packed(Array(8).fill([8, 9]), 3)
const SGD = { name: 'sgd', momentum: 0, weightDecay: 0, nesterov: false } as const
const TINY: Overrides = {
  batch: 8,
  epochs: 2,
  warmup: 0,
  optimizer: SGD,
  learningRate: 3.2,
  projector: { hidden: 8, outputs: 4 },
  encoder: { firstLayer: 'random' },
}
/** Without whatever pace a preset gives it. */
const PREDICTOR = { hidden: 8, learningRate: 1, schedule: 'cosine', updates: 1 } as const

let before: number
beforeAll(() => {
  before = memory().tensors
})
afterAll(() => expect(memory().tensors).toBe(before))

function withState<T>(method: Method, overrides: Overrides, body: (state: TrainingState) => T): T {
  const facts = { pictures: 32, channels: 3, nativeSize: 16 }
  const state = createState(
    resolveSettings(method, 'small', { ...TINY, ...overrides }, facts, 'float32'),
    method,
  )
  try {
    return body(state)
  } finally {
    disposeState(state)
  }
}

const contextOf = ({ method }: TrainingState, count: number): LossContext => ({
  scheduled: (value) => value(0),
  similarity: method.similarity,
  ids: tensor(Int32Array.from({ length: count }, (_, i) => i)).to('int64'),
  world: ALONE,
})

/** Loss and gradients on views given as they are. */
function gradientsOf(
  state: TrainingState,
  inputs: readonly Input[],
): { loss: number; gradients: (number[] | undefined)[] } {
  return scope(() => {
    const sums: (Tensor | null)[] = state.trained.map(() => null)
    const count = inputs[0]?.x.shape[0] as number
    const { loss } = lossAndGradients(state, inputs, contextOf(state, count), sums, 1)
    return { loss: loss.item(), gradients: sums.map((sum) => sum?.toArray()) }
  })
}

function step(state: TrainingState, part = BATCH): number {
  const { loss, projections } = takeStep(state, [part], PLAN)
  for (const projection of projections) projection.dispose()
  return loss
}

const bytesOf = (state: TrainingState, prefix: string) =>
  [...stateTensors(state)].flatMap(([name, one]) =>
    name.startsWith(prefix) ? [Buffer.from(one.bytes())] : [],
  )
const valuesOf = (state: TrainingState, prefix: string) =>
  [...stateTensors(state)].flatMap(([name, one]) => (name.startsWith(prefix) ? one.toArray() : []))
const moved = (from: number[], to: number[]) => to.map((value, i) => value - (from[i] as number))
const largest = (values: readonly number[]) =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)

describe('which network sees which view', () => {
  /** Pictures are filled with the number of their view; an encoder notes what it was shown. */
  const spied = (method: Method) => {
    const seen: number[][] = []
    const encoder = ({ channels }: { channels: number }): Encoder => {
      const own: number[] = []
      seen.push(own)
      const linear = new Linear(channels, 4)
      return Object.assign<Module & { linear: Linear }, { features: number }>(
        {
          linear,
          forward: (x) => {
            own.push(x.flatten().select(0, 0).item())
            return linear.forward(x.mean([2, 3]))
          },
        },
        { features: 4 },
      )
    }
    const own: Method = { ...method, encoder }
    withState(own, {}, (state) =>
      scope(() => {
        const inputs = state.settings.views.map((_, number) => ({
          x: ops.rand([4, 3, 8, 8]).index_fill(2, tensor([0]).to('int64'), number),
          hidden: true,
        }))
        gradientsOf(state, inputs)
      }),
    )
    return seen
  }

  test.each<[string, string, number[][]]>([
    [
      'byol',
      'both see both',
      [
        [0, 1],
        [0, 1],
      ],
    ],
    ['moco-v2', 'the online network the query, the target the key', [[0], [1]]],
    [
      'dino',
      'local views are the online network’s alone',
      [
        [0, 1, 2, 3],
        [0, 1],
      ],
    ],
    ['simsiam', 'one network sees each view once', [[0, 1]]],
    ['swav', 'one network sees each view once', [[0, 1]]],
    ['simclr', 'one network, both views', [[0, 1]]],
    ['lejepa', 'one network, four views', [[0, 1, 2, 3]]],
  ])('%s: %s', (name, _, expected) => {
    expect(spied(findMethod(name))).toEqual(expected)
  })

  test('masked patches are hidden from the online network and shown to the target', () => {
    const noted: [mask: boolean, hidden: boolean][] = []
    const extract: Extract = {
      name: 'mean colour',
      needs: 'vector',
      masks: 'token',
      heads: (_, { channels }) => ({ linear: new Linear(channels, 4) }),
      embed: (_, heads, { x, mask, hidden }) => {
        noted.push([mask !== undefined, hidden])
        const vector = (heads as { linear: Linear }).linear.forward(x.mean([2, 3]))
        return { vector, prediction: vector }
      },
    }
    const mask = { kind: 'block', probability: 0.5, share: [0.1, 0.5] } as const
    const [view] = findMethod('byol').views
    const method: Method = {
      ...findMethod('byol'),
      extract,
      predictor: null,
      views: [{ ...view!, mask }, view!],
    }
    withState(method, {}, (state) => step(state))
    // the target goes first
    expect(noted).toEqual([
      [true, false],
      [false, false],
      [true, true],
      [false, true],
    ])
  })
})

describe('by hand, on an encoder of one weight w that gives w times the mean of a picture', () => {
  const W = 0.7
  const [A, B] = [
    [1, 2],
    [3, -1],
  ] as const
  const scalar: Extract = {
    name: 'mean',
    needs: 'vector',
    heads: () => ({}),
    embed: (encoder, _, { x }, pass) => {
      const vector = encoder.forward(x, pass)
      return { vector, prediction: vector }
    },
  }
  const own = (changes: Partial<Method>): Method => ({
    ...findMethod('byol'),
    encoder: () => {
      const linear = new Linear(1, 1, { bias: false })
      noGrad(() => linear.weight.fill_(W))
      return {
        linear,
        features: 1,
        forward: (x: Tensor) => linear.forward(x.mean([1, 2, 3]).unsqueeze(1)),
      } as Encoder
    },
    extract: scalar,
    projector: mlp(1, 1, { layers: 1 }),
    predictor: null,
    similarity: squaredDistance,
    // 1 + the squared distance of each ordered pair
    loss: loss.regression({ weight: 1 }),
    presets: {},
    ...changes,
  })
  const inputs = (): Input[] =>
    [A, B].map((means) => ({ x: tensor([...means], [2, 1, 1, 1]).expand([2, 1, 8, 8]), hidden: true }))
  const overrides: Overrides = { projector: { hidden: 1, outputs: 1 } }
  const gradient = (method: Method) =>
    withState(method, overrides, (state) =>
      scope(() => {
        const { loss, gradients } = gradientsOf(state, inputs())
        return { loss, gradient: gradients[0]?.[0] as number }
      }),
    )
  const mean = (f: (a: number, b: number) => number) => (f(A[0], B[0]) + f(A[1], B[1])) / 2
  const apart = mean((a, b) => (a - b) ** 2)

  test('itself as target, learning from both sides: 2 pairs of 2 w (a - b)²', () => {
    const result = gradient(own({ target: ITSELF }))
    expect(result.loss).toBeCloseTo(2 + 2 * W * W * apart, 5)
    expect(result.gradient).toBeCloseTo(4 * W * apart, 5)
  })

  test('with a stop-gradient the answers’ half is gone', () => {
    const result = gradient(own({ target: STOP_GRADIENT }))
    expect(result.loss).toBeCloseTo(2 + 2 * W * W * apart, 5)
    expect(result.gradient).toBeCloseTo(2 * W * apart, 5)
  })

  test('with a stop-gradient only the view that asks counts: 2 w (b - a) b', () => {
    const [view] = findMethod('byol').views
    const views = [{ ...view!, seenBy: 'both' } as const, { ...view!, seenBy: 'online' } as const]
    const result = gradient(own({ target: STOP_GRADIENT, views }))
    expect(result.loss).toBeCloseTo(1 + W * W * apart, 5)
    expect(result.gradient).toBeCloseTo(
      mean((a, b) => 2 * W * (b - a) * b),
      5,
    )
  })

  test('the same asymmetric pair with a follower: the view that no other answers is left out', () => {
    const [view] = findMethod('byol').views
    const views = [{ ...view!, seenBy: 'both' } as const, { ...view!, seenBy: 'online' } as const]
    const result = gradient(own({ target: ema(0.9), views }))
    expect(result.loss).toBeCloseTo(1 + W * W * apart, 5)
    expect(result.gradient).toBeCloseTo(
      mean((a, b) => 2 * W * (b - a) * b),
      5,
    )
  })

  test('extra updates move the predictor q alone, along its own gradient: 2 (q w a - w b) w a', () => {
    const method = own({ target: ema(0.9), predictor: predictor(1, { layers: 1, updates: 3 }) })
    withState(method, overrides, (state) => {
      const weight = state.online.predictor?.linear1.weight as Tensor
      noGrad(() => weight.fill_(0.5))
      const rest = () => Buffer.concat([...bytesOf(state, 'online.encoder'), ...bytesOf(state, 'target')])
      const untouched = rest()
      scope(() => trainPredictor(state, inputs(), contextOf(state, 2), 0.02))
      expect(rest().equals(untouched)).toBe(true)
      let q = 0.5
      for (let update = 0; update < 2; update++) {
        const slope = mean((a, b) => 2 * W * W * ((q * a - b) * a + (q * b - a) * b))
        q -= 0.02 * slope
      }
      expect(weight.item()).toBeCloseTo(q, 6)
    })
  })
})

const SYMMETRIC = { views: findMethod('simsiam').views }
test.each<[string, string, Overrides]>([
  ['byol', 'as it is', {}],
  ['byol', 'without a predictor', { predictor: null }],
  ['dino', 'as it is', {}],
  ['moco-v2', 'as it is', {}],
  ['moco-v2', 'with both views for both networks', SYMMETRIC],
  ['densecl', 'with both views for both networks', SYMMETRIC],
])('%s %s: views differentiated apart give the gradients of all at once', (name, _, overrides) => {
  const method = findMethod(name)
  expect(method.loss.pairs).toBe('positive')
  const inputs = (state: TrainingState) =>
    state.settings.views.map((_, i) => ({
      x: ops
        .arange(4 * 3 * 256)
        .mul(0.37 + i)
        .sin()
        .reshape([4, 3, 16, 16]),
      hidden: true,
    }))
  const [apart, together] = (['positive', 'all'] as const).map((pairs) =>
    withState({ ...method, loss: { ...method.loss, pairs } }, overrides, (state) =>
      scope(() => gradientsOf(state, inputs(state))),
    ),
  ) as [ReturnType<typeof gradientsOf>, ReturnType<typeof gradientsOf>]
  expect(apart.loss).toBeCloseTo(together.loss, 5)
  const scale = largest(together.gradients.flatMap((one) => one ?? []))
  expect(scale).toBeGreaterThan(1e-4)
  for (const [i, gradient] of apart.gradients.entries()) {
    const expected = together.gradients[i]
    expect(gradient === undefined).toBe(expected === undefined)
    expect(largest(moved(gradient ?? [0], expected ?? [0]))).toBeLessThan(1e-5 * scale)
  }
})

test('clip: longer gradients get the length, shorter ones and absent ones stay as they are', () => {
  scope(() => {
    const sums = [
      tensor([3, 4]),
      null,
      tensor([0.3, -0.4]),
      tensor([
        [6, 0],
        [0, 8],
      ]),
    ]
    clip(sums, 1)
    const expected = [
      [0.6, 0.8],
      [0.3, -0.4],
      [0.6, 0, 0, 0.8],
    ].flat()
    expect(
      largest(
        moved(
          sums.flatMap((one) => one?.toArray() ?? []),
          expected,
        ),
      ),
    ).toBeLessThan(1e-6)
    expect(sums[1]).toBeNull()
  })
})

test('clip in a step: no parameter moves by more than the rate times the bound', () => {
  withState(findMethod('byol'), { clip: 1e-3, learningRate: 32, predictor: PREDICTOR }, (state) => {
    const start = state.trained.map((one) => one.toArray())
    step(state)
    const lengths = state.trained.map((one, i) => Math.hypot(...moved(start[i] as number[], one.toArray())))
    // a rate of 1 for a batch of 8
    expect(Math.max(...lengths)).toBeLessThanOrEqual(1e-3 * (1 + 1e-3))
    expect(Math.max(...lengths)).toBeGreaterThan(0.9e-3)
  })
})

test.each(['dino', 'swav'])(
  '%s: prototypes stay as they are for the epochs in which they are frozen',
  (name) => {
    withState(
      findMethod(name),
      {
        freezePrototypes: 1,
        optimizer: { ...SGD, weightDecay: 0.1 },
        loss: name === 'swav' ? { prototypes: 6 } : {},
      },
      (state) => {
        const [index] = state.frozenAtFirst as [number]
        expect(state.frozenAtFirst.length).toBe(1)
        const prototypes = () => (state.trained[index] as Tensor).toArray()
        const start = prototypes()
        const encoder = valuesOf(state, 'online.encoder')
        for (let i = 0; i < PLAN.stepsPerEpoch; i++) step(state)
        // swav brings them to length 1 at every step, which rounds
        expect(largest(moved(start, prototypes()))).toBeLessThan(name === 'dino' ? 1e-30 : 1e-6)
        expect(largest(moved(encoder, valuesOf(state, 'online.encoder')))).toBeGreaterThan(1e-4)
        step(state)
        expect(largest(moved(start, prototypes()))).toBeGreaterThan(1e-5)
      },
    )
  },
)

describe('the predictor’s pace', () => {
  const byol = findMethod('byol')
  /** How far predictor and encoder move in one step from the same start. */
  const strides = (pace: Overrides['predictor'], from = 0) =>
    withState(byol, { predictor: { ...PREDICTOR, ...pace } }, (state) => {
      state.step = from
      const start = ['online.predictor.linear', 'online.encoder'].map((prefix) => valuesOf(state, prefix))
      step(state)
      return ['online.predictor.linear', 'online.encoder'].map((prefix, i) =>
        moved(start[i] as number[], valuesOf(state, prefix)),
      ) as [number[], number[]]
    })
  const ratio = (a: number[], b: number[]) => Math.hypot(...a) / Math.hypot(...b)

  test('a factor of 10 moves it ten times as far, and the rest as before', () => {
    const [usual, fast] = [strides({}), strides({ learningRate: 10 })]
    expect(ratio(fast[0], usual[0])).toBeCloseTo(10, 3)
    expect(fast[1]).toEqual(usual[1])
  })

  test('a constant schedule keeps it at the highest rate while the rest slows down', () => {
    // three quarters through the cosine is at (1 - 1/√2) / 2
    const [slow, constant] = [strides({}, 6), strides({ schedule: 'constant' }, 6)]
    expect(ratio(constant[0], slow[0])).toBeCloseTo(2 / (1 - Math.SQRT1_2), 2)
    expect(constant[1]).toEqual(slow[1])
  })

  test('also in the first step of a warm-up, in which the rest stands still', () => {
    withState(byol, { warmup: 1, predictor: { ...PREDICTOR, schedule: 'constant' } }, (state) => {
      const start = [valuesOf(state, 'online.predictor.linear'), parametersOf(state)] as const
      step(state)
      expect(largest(moved(start[0], valuesOf(state, 'online.predictor.linear')))).toBeGreaterThan(1e-4)
      expect(parametersOf(state)).toEqual(start[1])
    })
  })
  const parametersOf = ({ online }: TrainingState) =>
    [...parameters(online.encoder).values()].flatMap((one) => one.toArray())
})

test("the 'data' norm is set once, from the first batch, in both networks", () => {
  const norms: Overrides = {
    encoder: { norm: 'data', firstLayer: 'random' },
    projector: { hidden: 8, outputs: 4, norm: 'data' },
    predictor: { hidden: 8, norm: 'data' },
    target: { from: 'follower', tau: 1, schedule: 'constant', start: 'own' },
    learningRate: 0,
  }
  withState(findMethod('byol'), norms, (state) => {
    const names = [
      'online.encoder.layers.0.bn',
      'online.projector.norm1',
      'online.predictor.norm1',
      'target.encoder.layers.0.bn',
      'target.projector.norm1',
    ]
    const scales = () => names.map((name) => valuesOf(state, `${name}.weight`))
    expect(new Set(scales().flat())).toEqual(new Set([1]))
    step(state)
    const first = scales()
    for (const one of first) expect(largest(moved(Array(one.length).fill(1), one))).toBeGreaterThan(1e-3)
    expect(first[0]).not.toEqual(first[3])
    step(state, packed(Array(8).fill([12, 7]), 3, [20, 21, 22, 23, 24, 25, 26, 27]))
    expect(scales()).toEqual(first)
  })
})

describe('the target', () => {
  const target = (tau: number, start: 'own' | 'copy') =>
    ({ from: 'follower', tau, schedule: 'constant', start }) as const
  const followed = (state: TrainingState, side: 'target' | 'online') =>
    state.emaPairs[side].map((one) => Buffer.from(one.bytes()).toString('base64'))

  test('at tau 1 never moves', () => {
    withState(findMethod('byol'), { target: target(1, 'own') }, (state) => {
      const start = followed(state, 'target')
      for (let i = 0; i < 3; i++) step(state)
      expect(followed(state, 'target')).toEqual(start)
    })
  })

  test('at tau 0 is the online network after every step, exactly; its statistics stay its own', () => {
    withState(findMethod('byol'), { target: target(0, 'own') }, (state) => {
      expect(followed(state, 'target')).not.toEqual(followed(state, 'online'))
      for (let i = 0; i < 3; i++) {
        step(state)
        expect(followed(state, 'target')).toEqual(followed(state, 'online'))
      }
      const mean = '.encoder.layers.0.bn.running_mean'
      expect(valuesOf(state, `target${mean}`)).not.toEqual(valuesOf(state, `online${mean}`))
    })
  })

  test('that starts as a copy has the online network’s weights and statistics', () => {
    withState(findMethod('byol'), { target: target(0.9, 'copy') }, ({ online, target }) => {
      const [a, b] = [online, target as typeof online].map(({ encoder }) => stateDict(encoder))
      for (const [name, one] of a as Map<string, Tensor>)
        expect(one.toArray()).toEqual(b?.get(name)?.toArray())
    })
  })
})

test('weight decay follows half a cosine to its end, and a step uses what it is then', () => {
  const plan = { stepsPerEpoch: 10, totalSteps: 100 }
  const at = (step: number) => weightDecayAt({ weightDecay: 0.04, finalWeightDecay: 0.4 }, step, plan)
  expect([0, 50, 100].map(at)).toEqual([0.04, 0.22, 0.4].map((value) => expect.closeTo(value, 12)))
  expect(weightDecayAt({ weightDecay: 0.1 }, 70, plan)).toBe(0.1)
  const after = (weightDecay: number, finalWeightDecay?: number) =>
    withState(findMethod('byol'), { optimizer: { ...SGD, weightDecay, finalWeightDecay } }, (state) => {
      state.step = 4
      step(state)
      return valuesOf(state, 'online.encoder')
    })
  // halfway between the two
  const scheduled = after(1, 3)
  expect(largest(moved(after(2), scheduled))).toBeLessThan(1e-6)
  expect(largest(moved(after(1), scheduled))).toBeGreaterThan(1e-3)
})
