import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { memory } from '../torch/index.js'
import { findMethod } from './methods.js'
import { type Overrides, resolveSettings } from './settings.js'
import { createState, disposeState, stateTensors, type TrainingState } from './state.js'

const TINY = {
  encoder: 'small',
  size: 8,
  batch: 8,
  projector: { hidden: 8, outputs: 4 },
  predictor: { hidden: 8 },
}
const FACTS = { pictures: 8, channels: 3, nativeSize: 8 }

function withState<T>(overrides: Overrides, body: (state: TrainingState) => T): T {
  const before = memory().tensors
  const state = createState(
    resolveSettings(findMethod('byol'), 'small', { ...TINY, ...overrides }, FACTS, 'float32'),
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
    const { online, target } = state.followed
    for (const one of [...state.trained, ...online, ...target]) expect(saved.has(one)).toBe(true)
    expect(online.map(({ shape }) => shape)).toEqual(target.map(({ shape }) => shape))
    // the predictor is trained and has no partner
    expect(state.trained.length - online.length).toBe(5)
  })
  withState({ predictor: null }, (state) => {
    expect(state.trained.length).toBe(state.followed.online.length)
    expect([...stateTensors(state).keys()].some((name) => name.includes('predictor'))).toBe(false)
  })
})
