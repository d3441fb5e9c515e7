/** One whole BYOL step of a ResNet-18 (CIFAR stem) with LARS, against the same step in PyTorch. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { standardize } from '../../src/encode/input.js'
import { findMethod } from '../../src/learn/methods/index.js'
import { resolveSettings } from '../../src/learn/settings.js'
import { createState, disposeState, stateTensors, type TrainingState } from '../../src/learn/state.js'
import { computeStep } from '../../src/learn/step.js'
import { tauAt } from '../../src/learn/target.js'
import { decodeSafetensors } from '../../src/nn/index.js'
import { memory, noGrad, ops, scope, type Tensor } from '../../src/torch/index.js'
import { expectClose, golden, patterned } from './golden.js'

const CLOSE = 1e-4
const { settings: setup } = golden.step
const byol = findMethod('byol')
let state: TrainingState
let loss: number

beforeAll(() => {
  const settings = resolveSettings(
    byol,
    'imagenet',
    {
      encoder: 'resnet18',
      size: setup.size,
      batch: setup.batch,
      projector: { hidden: setup.hidden, outputs: setup.outputs },
      predictor: { hidden: setup.hidden },
      optimizer: { name: 'lars', momentum: 0.9, weightDecay: setup.weight_decay, trust: 1e-3 },
      target: { tau: setup.tau_base },
    },
    { pictures: 100, channels: 3, nativeSize: 32 },
    'float32',
  )
  state = createState(settings, byol)
  fill(state)
  const before = memory().tensors
  loss = scope(() => {
    const inputs = [21, 22].map((salt) => ({
      x: standardize(patterned([setup.batch, 3, setup.size, setup.size], salt, 0, 1), state.settings.input),
      hidden: true,
    }))
    const spec = settings.target as { tau: number; schedule: 'cosine' | 'constant' }
    const rates = {
      network: setup.learning_rate,
      encoder: setup.learning_rate,
      predictor: setup.learning_rate,
      weightDecay: setup.weight_decay,
      tau: tauAt(spec, setup.step, setup.total),
    }
    const microBatch = { inputs, ids: ops.arange(setup.batch) }
    const { loss: value } = computeStep(state, [microBatch], rates, (value) => value(0))
    return value.item()
  })
  expect(memory().tensors).toBe(before)
})

afterAll(() => disposeState(state))

/** The same weights as `fill` in make_golden.py. */
function fill({ online, target }: TrainingState): void {
  const named = stateTensors(state)
  expect(online).not.toBe(target)
  scope(() =>
    noGrad(() => {
      for (const [name, parameter] of named) {
        if (name.startsWith('optimizer.') || !parameter.requiresGrad) continue
        const [side, part, ...rest] = name.split('.')
        const full = [part, ...rest].join('.')
        const base = side === 'online' ? setup.salt_online : setup.salt_target
        const salt = base + ([...full].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 97)
        const { shape } = parameter
        const bound = Math.sqrt(6 / (parameter.numel / (shape[0] as number)))
        if (shape.length > 1) parameter.copy_(patterned(shape, salt, -bound, bound))
        else if (name.endsWith('weight')) parameter.copy_(patterned(shape, salt, 0.8, 1.2))
        else parameter.copy_(patterned(shape, salt, -0.1, 0.1))
      }
    }),
  )
}

test('the loss', () => {
  expect(Math.abs(loss - golden.step.loss)).toBeLessThan(CLOSE)
})

test('every parameter and running statistic, by norm and samples', () => {
  const named = stateTensors(state)
  const names = Object.keys(golden.step.tensors)
  expect(names.length).toBeGreaterThan(200)
  for (const name of names) {
    const { norm, at, values } = golden.step.tensors[name]
    const tensor = named.get(name)
    expect(tensor, name).toBeDefined()
    const actual = (tensor as Tensor).toArray()
    expect(Math.abs(Math.hypot(...chunks(actual)) - norm), name).toBeLessThan(CLOSE * Math.max(1, norm))
    expectClose(
      at.map((i: number) => actual[i]),
      values,
      CLOSE,
    )
  }
})

/** Norms of stretches: Math.hypot takes only so many arguments. */
function chunks(values: number[]): number[] {
  const norms: number[] = []
  for (let i = 0; i < values.length; i += 1000) norms.push(Math.hypot(...values.slice(i, i + 1000)))
  return norms
}

const PYTHON = '/usr/bin/python3'
const hasTorch = (() => {
  try {
    execFileSync(PYTHON, ['-c', 'import torch, torchvision'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

test.skipIf(!hasTorch)(
  'every element, against PyTorch run beside it (skipped without Debian’s python3-torchvision)',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'selfsame-golden-'))
    try {
      const file = join(folder, 'step.safetensors')
      execFileSync(PYTHON, [fileURLToPath(new URL('make_golden.py', import.meta.url)), '--full-step', file])
      scope(() => {
        const { tensors } = decodeSafetensors(readFileSync(file))
        const named = stateTensors(state)
        let compared = 0
        for (const [name, expected] of tensors) {
          if (name.startsWith('gradient.')) continue
          const difference = (named.get(name) as Tensor).to('float64').sub(expected.to('float64'))
          const scale = Math.max(1, expected.abs().max().item())
          // of a million elements the worst one; Winograd's convolutions round more coarsely (docs/decisions/0015)
          expect(difference.abs().max().item() / scale, name).toBeLessThan(3 * CLOSE)
          compared++
        }
        expect(compared).toBeGreaterThan(200)
      })
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
)
