import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { parameter, parameters } from '../nn/index.js'
import { memory, noGrad, ops, scope, type Tensor } from '../torch/index.js'
import type { Method } from './method.js'
import { findMethod } from './methods/index.js'
import { type Overrides, resolveSettings } from './settings.js'
import { brokenTensor, createState, disposeState, stateTensors, type TrainingState } from './state.js'

const TINY = {
  encoder: 'small',
  size: 8,
  batch: 8,
  projector: { hidden: 8, outputs: 4 },
  predictor: { hidden: 8 },
}
const FACTS = { pictures: 8, channels: 3, nativeSize: 8 }

function withState<T>(overrides: Overrides, body: (state: TrainingState) => T, name = 'byol'): T {
  const before = memory().tensors
  const method = findMethod(name)
  const state = createState(
    resolveSettings(method, 'small', { ...TINY, ...overrides }, FACTS, 'float32'),
    method,
  )
  try {
    return body(state)
  } finally {
    disposeState(state)
    expect(memory().tensors).toBe(before)
  }
}

/** A digest of every tensor by name: comparing millions of numbers would take seconds. */
const digests = (state: TrainingState) =>
  new Map(
    [...stateTensors(state)].map(([name, one]) => [
      name,
      createHash('sha256').update(one.bytes()).digest('hex'),
    ]),
  )
test('a seed gives the same state, another seed another; the target begins with weights of its own', () => {
  const first = withState({ seed: 5 }, digests)
  expect(withState({ seed: 5 }, digests)).toEqual(first)
  const other = withState({ seed: 6 }, digests)
  for (const side of ['online', 'target']) {
    const name = `${side}.encoder.layers.0.conv.weight`
    expect(other.get(name)).not.toEqual(first.get(name))
  }
  expect(first.get('target.encoder.layers.0.conv.weight')).not.toEqual(
    first.get('online.encoder.layers.0.conv.weight'),
  )
  expect([...first.keys()].filter((name) => name.startsWith('optimizer.')).length).toBeGreaterThan(20)
})

test('every tensor has its place: trained and followed ones are among those that are saved', () => {
  withState({}, (state) => {
    const saved = new Set(stateTensors(state).values())
    expect(saved.size).toBe(stateTensors(state).size)
    const { online, target } = state.emaPairs
    for (const one of [...state.trained, ...online, ...target]) expect(saved.has(one)).toBe(true)
    expect(online.map(({ shape }) => shape)).toEqual(target.map(({ shape }) => shape))
    // the predictor is trained and has no partner
    expect(state.trained.length - online.length).toBe(5)
  })
  withState({ predictor: null }, (state) => {
    expect(state.trained.length).toBe(state.emaPairs.online.length)
    expect([...stateTensors(state).keys()].some((name) => name.includes('predictor'))).toBe(false)
  })
})

test('the network and the predictor have optimisers of their own, which hold every trained tensor once', () => {
  withState({}, ({ groups, trained, online }) => {
    expect(groups.map(({ name }) => name)).toEqual(['network', 'predictor'])
    expect(groups.flatMap(({ members }) => members)).toEqual([...trained.keys()])
    const ofPredictor = new Set(parameters(online.predictor as object).values())
    expect(groups[1]?.members.map((i) => ofPredictor.has(trained[i] as Tensor))).toEqual(
      Array(ofPredictor.size).fill(true),
    )
    expect(ofPredictor.size).toBe(5)
  })
  const names = withState({}, (state) => [...stateTensors(state).keys()])
  expect(names).toContain('optimizer.network.first.encoder.layers.0.conv.weight')
  expect(names).toContain('optimizer.predictor.first.predictor.linear1.weight')
  withState({ predictor: null }, ({ groups }) => expect(groups.map(({ name }) => name)).toEqual(['network']))
})

test('a network that is its own target has no second one; an EMA target may begin as a copy', () => {
  withState(
    { predictor: undefined },
    (state) => {
      expect(state.target).toBeUndefined()
      expect(state.emaPairs).toEqual({ target: [], online: [] })
      expect([...stateTensors(state).keys()].some((name) => name.startsWith('target.'))).toBe(false)
    },
    'simclr',
  )
  withState(
    { predictor: undefined },
    (state) => {
      const all = digests(state)
      const ofTarget = [...all].filter(([name]) => name.startsWith('target.'))
      expect(ofTarget.length).toBeGreaterThan(20)
      for (const [name, digest] of ofTarget) expect(all.get(name.replace('target', 'online'))).toBe(digest)
    },
    'moco-v2',
  )
})

test('what a loss remembers is saved, and its prototypes are trained', () => {
  withState(
    { predictor: undefined, loss: { queue: 16 } },
    (state) => {
      const named = stateTensors(state)
      expect(named.get('loss.queue.rows')?.shape).toEqual([16, 4])
      expect(named.get('loss.queue.next')?.shape).toEqual([1])
      expect(state.frozenAtFirst).toEqual([])
    },
    'moco-v2',
  )
  withState(
    { predictor: undefined, loss: { prototypes: 6, queue: 16 } },
    (state) => {
      const named = stateTensors(state)
      // two of the four views are assigned, so two queues
      expect([...named.keys()].filter((name) => name.endsWith('.rows'))).toEqual([
        'loss.queues.0.rows',
        'loss.queues.1.rows',
      ])
      expect(named.get('loss.prototypes')?.shape).toEqual([6, 4])
      expect(state.frozenAtFirst.map((i) => state.trained[i])).toEqual([named.get('loss.prototypes')])
    },
    'swav',
  )
  withState(
    { predictor: undefined, projector: { hidden: 8, outputs: 4, prototypes: 6 } },
    (state) => {
      const named = stateTensors(state)
      expect(named.get('loss.centre.mean')?.shape).toEqual([1, 6])
      expect(state.frozenAtFirst.map((i) => state.trained[i])).toEqual([
        named.get('online.projector.last.prototypes'),
      ])
    },
    'dino',
  )
})

test('a tensor that is not finite is named, and one whose sum alone is not finite is none', () =>
  withState({}, (state) => {
    expect(brokenTensor(state)).toBeUndefined()
    const [name, tensor] = [...stateTensors(state)].find(([, { numel }]) => numel > 2) as [string, Tensor]
    noGrad(() => scope(() => void tensor.fill_(3e38)))
    expect(brokenTensor(state)).toBeUndefined()
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      noGrad(() => scope(() => void tensor.select(0, 0).fill_(value)))
      expect(brokenTensor(state)).toBe(name)
    }
  }))

test.each([
  ['prototypes', false],
  ['clusters', true],
])(
  "a user's loss that calls its vectors %s has them frozen at first only where it says so: %s",
  (name, says) => {
    const method = findMethod('simclr')
    const build: Method['loss']['build'] = (options, sizes) => {
      const own = parameter(() => ops.zeros([2, 4]))
      return {
        ...method.loss.build(options, sizes),
        [name]: own,
        ...(says && { frozenAtFirst: () => [own] }),
      }
    }
    const mine: Method = { ...method, loss: { ...method.loss, build } }
    const settings = resolveSettings(mine, 'small', { ...TINY, predictor: undefined }, FACTS, 'float32')
    const state = createState(settings, mine)
    const own = stateTensors(state).get(`loss.${name}`)
    expect(state.frozenAtFirst.map((i) => state.trained[i])).toEqual(says ? [own] : [])
    disposeState(state)
  },
)
