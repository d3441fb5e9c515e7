#!/usr/bin/env node
// What an operator call costs, the operator's own time included, on four elements. `is_same_size` computes nothing, so it
// is the cost of the call itself; what the others take beyond it is libtorch's work and the new tensor.
// Usage: node bench/op-call.mjs
import { ops, scope, setThreads, tensor } from '../dist/torch/index.js'

setThreads(1)
const COUNT = 100_000
const small = tensor([1, 2, 3, 4])
const other = tensor([4, 3, 2, 1])

function microseconds(body) {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < 7; round++) {
    const began = performance.now()
    scope(() => {
      for (let i = 0; i < COUNT; i++) body()
    })
    best = Math.min(best, ((performance.now() - began) / COUNT) * 1000)
  }
  return Number(best.toFixed(2))
}

console.log(
  JSON.stringify({
    add_us: microseconds(() => small.add(other).dispose()),
    add_in_place_us: microseconds(() => small.add_(other)),
    matmul_us: microseconds(() => ops.dot(small, other).dispose()),
    reshape_us: microseconds(() => small.reshape([2, 2]).dispose()),
    is_same_size_us: microseconds(() => ops.is_same_size(small, other)),
  }),
)
