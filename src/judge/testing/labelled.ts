import { judgingStream } from '../../encode/random.js'
import { BatchNorm, Linear, type Module, type Pass, stateDict } from '../../nn/index.js'
import { keep, manualSeed, tensor } from '../../torch/index.js'
import type { LabelledPictures, Network } from '../finetune-fit.js'

/** For tests: points `[N, 2]` of two classes as pictures `[N, 1, 1, 2]`; views are the points themselves. */
export function points(count: number, seed: number, offset = 2): LabelledPictures {
  const draw = judgingStream(seed)
  const labels = Int32Array.from({ length: count }, (_, i) => i % 2)
  const values = Float32Array.from({ length: 2 * count }, (_, i) => {
    const label = labels[Math.floor(i / 2)] as number
    return 3 + draw() - 0.5 + (i % 2 === 0 ? offset * (label - 0.5) : 0)
  })
  const batch = (rows: Int32Array) => ({
    views: keep(
      tensor(
        Float32Array.from({ length: 2 * rows.length }, (_, i) => {
          return values[2 * (rows[i >> 1] as number) + (i & 1)] as number
        }),
        [rows.length, 1, 1, 2],
      ),
    ),
    labels: rows.map((row) => labels[row] as number),
  })
  return {
    labels,
    classes: 2,
    async *augmented(wanted) {
      for (const { rows } of wanted) yield batch(rows)
    },
    async *plain(rows) {
      yield batch(rows)
    },
  }
}

/** For tests: a hidden layer with batch norm on `[N, 1, 1, 2]`. */
export function tinyNetwork(hidden: number): Network & { norm: BatchNorm; linear: Linear } {
  manualSeed(4)
  const linear = new Linear(2, hidden)
  const norm = new BatchNorm(hidden)
  const modules: Record<string, Module> = { linear: linear as Module, norm }
  return {
    features: hidden,
    linear,
    norm,
    state: new Map(Object.entries(modules).flatMap(([name, one]) => [...stateDict(one, name)])),
    forward: (x, pass: Pass) => norm.forward(linear.forward(x.flatten(1)), pass, { relu: true }),
  }
}
