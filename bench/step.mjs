#!/usr/bin/env node
// Times Selfsame's training step alone (ResNet-18, CIFAR stem, 32 px, batch 256), as the peer's script times its own:
// views made beforehand, then whole steps until the time is up. One JSON line out.
// Usage: node bench/step.mjs [--precision float32|bfloat16] [--seconds 20] [--encoder resnet18] [--batch 256] [--steps N] [--rss]
import { parseArgs } from 'node:util'
import { lossAndGradients } from '../dist/learn/gradients.js'
import { findMethod } from '../dist/learn/methods.js'
import { resolveSettings } from '../dist/learn/settings.js'
import { createState } from '../dist/learn/state.js'
import { follow } from '../dist/learn/target.js'
import { ALONE } from '../dist/learn/world.js'
import { manualSeed, memory, ops, scope } from '../dist/torch/index.js'

const { values } = parseArgs({
  options: {
    precision: { type: 'string', default: 'float32' },
    seconds: { type: 'string', default: '20' },
    encoder: { type: 'string', default: 'resnet18' },
    batch: { type: 'string', default: '256' },
    size: { type: 'string', default: '32' },
    steps: { type: 'string' },
    rss: { type: 'boolean', default: false },
  },
})
const [batch, size] = [Number(values.batch), Number(values.size)]
const byol = findMethod('byol')
const settings = resolveSettings(
  byol,
  'cifar',
  {
    encoder: values.encoder,
    batch,
    size,
    // the peer's heads
    projector: { hidden: 1024, outputs: 256 },
    predictor: { hidden: 1024 },
    optimizer: { name: 'sgd', momentum: 0.9, weightDecay: 0, nesterov: false },
  },
  { pictures: 50_000, channels: 3, nativeSize: 32 },
  values.precision,
)
const state = createState(settings, byol)
manualSeed(1)
const inputs = [0, 1].map(() => ({ x: ops.rand([batch, 3, size, size]), hidden: true }))
const context = { epoch: 0, similarity: byol.similarity, ids: ops.arange(batch), world: ALONE }

function step() {
  scope(() => {
    const sums = state.trained.map(() => null)
    lossAndGradients(state, inputs, context, sums, 1)
    for (const { members, optimizer } of state.groups) {
      const own = members.map((i) => sums[i])
      optimizer.step(own, 0.01, 0)
    }
    follow(state.followed.target, state.followed.online, 0.99)
  })
}

const rss = () => Math.round(process.memoryUsage.rss() / 2 ** 20)
step()
const limit = values.steps ? Number(values.steps) : Number.POSITIVE_INFINITY
const seconds = values.steps ? Number.POSITIVE_INFINITY : Number(values.seconds)
const began = performance.now()
const trace = {}
let steps = 0
while (steps < limit && (performance.now() - began) / 1000 < seconds) {
  step()
  steps++
  if (values.rss && (steps === 50 || steps % 100 === 0 || steps === limit)) trace[steps] = rss()
}
const elapsed = (performance.now() - began) / 1000
console.log(
  JSON.stringify({
    encoder: values.encoder,
    precision: values.precision,
    batch,
    size,
    steps,
    step_img_s: Number(((steps * batch) / elapsed).toFixed(1)),
    peak_rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
    peak_tensor_mb: Math.round(memory().peak / 2 ** 20),
    ...(values.rss && { rss_mb_at_step: trace }),
  }),
)
