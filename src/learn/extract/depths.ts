import type { MapEncoder } from '../../encode/encoder.js'
import { BatchNorm, Linear, type Module, type Pass } from '../../nn/index.js'
import { noGrad, ops, type Tensor } from '../../torch/index.js'
import { places } from './dense.js'
import type { Extract, Output } from './extract.js'

export interface DepthsOutput extends Output {
  /** Projections of every place at each depth, `[N, L, D]`, the coarsest first. */
  depths: Tensor[]
}

const DEPTHS = 3

/** The pooled vector and the two last maps that are more than one cell: AMDIM's 1×1, 5×5 and 7×7 (arXiv 1906.00910). */
export const depths: Extract<DepthsOutput, MapEncoder, { depths: PlaceHead[] }> = {
  name: 'maps at three depths',
  needs: 'maps',
  heads: (encoder, { projector, size, channels }) => {
    const shapes = noGrad(() => pick(encoder, ops.zeros([2, channels, size, size]), { training: false }))
    return { depths: shapes.map((map) => new PlaceHead(map.shape[2] as number, projector.outputs)) }
  },
  embed: (encoder, heads, { x }, pass) => {
    const all = pick(encoder, x, pass).map((map, i) => (heads.depths[i] as PlaceHead).forward(map, pass))
    const vector = (all[0] as Tensor).mean([1])
    return { vector, prediction: vector, depths: all }
  },
}

/** Only the last map: YADIM, as recalled (its paper is arXiv 2009.00104). */
export const lastMap: Extract<DepthsOutput, MapEncoder, { depths: PlaceHead[] }> = {
  name: 'last map',
  needs: 'maps',
  heads: (encoder, { projector }) => ({
    depths: [new PlaceHead(encoder.mapChannels.at(-1) as number, projector.outputs)],
  }),
  embed: (encoder, { depths: [head] }, { x }, pass) => {
    const projected = (head as PlaceHead).forward(places(encoder.maps(x, pass).at(-1) as Tensor), pass)
    const vector = projected.mean([1])
    return { vector, prediction: vector, depths: [projected] }
  },
}

/** `[N, L, C]` at each depth. */
function pick(encoder: MapEncoder, x: Tensor, pass: Pass): Tensor[] {
  const maps = encoder.maps(x, pass)
  const wide = maps.filter((map) => (map.shape[2] as number) > 1).slice(1 - DEPTHS)
  return [encoder.pool(maps.at(-1) as Tensor).unsqueeze(1), ...wide.reverse().map(places)]
}

/**
 * A residual head for every place that begins as (part of) the identity, then batch norm: AMDIM's. `[N, L, C]` to
 * `[N, L, outputs]`.
 */
export class PlaceHead implements Module {
  readonly linear1: Linear
  readonly linear2: Linear
  readonly shortcut: Linear
  readonly norm: BatchNorm

  constructor(inputs: number, outputs: number) {
    this.linear1 = new Linear(inputs, outputs, { bias: false })
    this.linear2 = new Linear(outputs, outputs, { bias: false })
    this.shortcut = new Linear(inputs, outputs, { bias: false })
    this.norm = new BatchNorm(outputs)
    noGrad(() => {
      this.linear2.weight.zero_()
      this.shortcut.weight.copy_(ops.eye(outputs, inputs))
    })
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const [n, l] = x.shape as [number, number]
    const flat = x.flatten(0, 1)
    const y = this.linear2.forward(this.linear1.forward(flat).relu()).add(this.shortcut.forward(flat))
    return this.norm.forward(y, pass).reshape([n, l, -1])
  }
}
