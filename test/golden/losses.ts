/** The losses that PyTorch computed from papers (make_losses.py), and how one of ours is held against them. */
import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import type { Output } from '../../src/learn/extract/extract.js'
import type { LossContext, LossOptions, LossSizes } from '../../src/learn/loss/loss.js'
import { findMethod } from '../../src/learn/methods/index.js'
import { normalize } from '../../src/learn/similarity/cosine.js'
import type { Similarity } from '../../src/learn/similarity/similarity.js'
import { ALONE } from '../../src/learn/world.js'
import { disposeModule, stateDict } from '../../src/nn/index.js'
import { grad, memory, noGrad, ops, scope, type Tensor, tensor } from '../../src/torch/index.js'
import { pattern, patterned } from './golden.js'

const CLOSE = 1e-5

export interface LossCase {
  inputs: Record<string, { shape: number[]; salt: number; low: number; high: number }>
  // biome-ignore lint/suspicious/noExplicitAny: each loss has its own
  options: any
  loss: number
  grad_norms: Record<string, number>
  grad_dots: Record<string, number>
  // biome-ignore lint/suspicious/noExplicitAny: each loss has its own
  extra: any
}

export const losses: Record<string, LossCase> = JSON.parse(
  readFileSync(new URL('losses.json', import.meta.url), 'utf8'),
)

/** The inputs of a case by name, those with a golden gradient as leaves. */
export type Inputs = Record<string, Tensor>

/** Value and gradients of `loss` on the inputs of a case against the golden ones, and nothing left in memory. */
export function expectCase(one: LossCase, loss: (x: Inputs) => Tensor): void {
  const before = memory().tensors
  try {
    scope(() => compare(one, loss))
  } finally {
    for (const module of built.splice(0)) disposeModule(module)
  }
  expect(memory().tensors).toBe(before)
}

function compare(
  { inputs, loss: value, grad_norms: norms, grad_dots: dots }: LossCase,
  loss: (x: Inputs) => Tensor,
): void {
  const entries = Object.entries(inputs).map(([name, { shape, salt, low, high }]) => {
    const input = patterned(shape, salt, low, high)
    return [name, name in norms ? input.setRequiresGrad() : input] as const
  })
  const x = Object.fromEntries(entries)
  const total = loss(x)
  expectNear(total.item(), value)
  const names = Object.keys(norms)
  const gradients = grad(
    total,
    names.map((name) => x[name] as Tensor),
  )
  for (const [i, name] of names.entries()) {
    const gradient = gradients[i]?.toArray() as number[]
    const norm = norms[name] as number
    const weights = pattern(gradient.length, 999)
    const dot = gradient.reduce((sum, one, k) => sum + one * (weights[k] as number), 0)
    expectNear(Math.hypot(...gradient), norm, norm)
    // a sum of both signs may be near 0
    expectNear(dot, dots[name] as number, Math.max(norm, Math.abs(dots[name] as number)))
  }
}

/** Losses that the case at hand was computed with; what they hold outlives a scope. */
const built: object[] = []

export function expectNear(actual: number, expected: number, scale = Math.abs(expected)): void {
  expect(Math.abs(actual - expected) / scale, `${actual} for ${expected}`).toBeLessThan(CLOSE)
}

/** All elements, beside the largest. */
export function expectAllNear(actual: Tensor, expected: Tensor | number[]): void {
  const [values, wanted] = [actual.toArray(), Array.isArray(expected) ? expected : expected.toArray()]
  expect(values.length).toBe(wanted.length)
  const scale = Math.max(...wanted.map(Math.abs))
  for (const [i, one] of wanted.entries()) expectNear(values[i] as number, one, scale)
}

/** Outputs by number of the view. */
type Views = Record<number, Output & Record<string, unknown>>

/** What a network says of a view: what it predicts is its vector unless given. */
export function said(vector: Tensor, more: Record<string, unknown> = {}): Views[number] {
  return { vector, prediction: vector, ...more }
}

/** Losses that are made for no encoder. */
const NO_ENCODER = { features: 16, forward: (x: Tensor) => x }

/** The loss of a method with numbers of a case, asked with the method's own similarity. */
export function lossOf(name: string, changes: LossOptions = {}, sizes: Partial<LossSizes> = {}) {
  const { loss, similarity: own } = findMethod(name)
  for (const key of Object.keys(changes)) expect(Object.keys(loss.options)).toContain(key)
  const module = loss.build(
    { ...loss.options, ...changes },
    { encoder: NO_ENCODER, dimension: 16, prototypes: 0, targets: 2, ...sizes },
  )
  built.push(module)
  const state = stateDict(module)
  const contextOf = (views: Views, labels?: number[], similarity = own): LossContext => {
    const count = (Object.values(views)[0] as Output).vector.shape[0] as number
    const ids = labels ? tensor(labels, undefined, 'int64') : ops.arange(count)
    return { scheduled: (value) => value(100), similarity, ids, world: ALONE }
  }
  return {
    state,
    fill: (part: string, value: Tensor) => {
      noGrad(() => state.get(part)?.copy_(value))
      expect(state.has(part)).toBe(true)
    },
    compute: (
      online: Views,
      target: Views,
      {
        labels,
        similarity,
        pairs = Object.keys(online).flatMap((i) => Object.keys(target).filter((j) => i !== j)).length,
      }: { labels?: number[]; similarity?: Similarity; pairs?: number } = {},
    ) => {
      return module.compute(
        { online: byNumber(online), target: byNumber(target), pairs },
        contextOf(online, labels, similarity),
      )
    },
    update: (target: Views) => module.update?.(byNumber(target), contextOf(target)),
    similarity: own,
  }
}

const byNumber = (views: Views) => new Map(Object.entries(views).map(([i, one]) => [Number(i), one]))

/** The newest rows of a queue are these vectors at unit length, the others as they were. */
export function expectQueued(queue: Tensor | undefined, vectors: Tensor, rest: Tensor): void {
  const [count, size] = [vectors.shape[0] as number, rest.shape[0] as number]
  expectAllNear(
    queue as Tensor,
    ops.cat([normalize(vectors), normalize(rest).narrow(0, count, size - count)]),
  )
}
