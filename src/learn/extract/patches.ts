import type { Encoder } from '../../encode/encoder.js'
import { Conv2d, Linear, type Module, type Pass } from '../../nn/index.js'
import { ops, type Tensor } from '../../torch/index.js'
import type { Extract, Output } from './extract.js'

export interface PatchOutput extends Output {
  /** What the context above says of each place `k` rows below, for each offset k: `[N, D, 7, 7]`. */
  predictions: ReadonlyMap<number, Tensor>
  /** What is really there, `[N, D, 7, 7]`. */
  targets: Tensor
}

/** Patches a side: a quarter of the picture each, overlapping by half. */
const GRID = 7
/** Rows below; the next row overlaps, so it would be too easy. */
const OFFSETS = [2, 3, 4, 5, 6]
const BLOCKS = 5

interface PatchHeads {
  context: ContextBlock[]
  target: Linear
  predict: Linear[]
}

/**
 * Overlapping patches, each encoded alone; a network that looks only upwards; and predictions of the rows below: CPC v2 (Hénaff et
 * al. 2019, arXiv 1905.09272). The projector's `hidden` is the context's width, its `outputs` the length compared. One linear map
 * for each offset, as in the paper; the code that others compared with shares one.
 */
export const patches: Extract<PatchOutput, Encoder, PatchHeads> = {
  name: 'patches and their context',
  needs: 'vector',
  heads: ({ features }, { projector: { hidden, outputs } }) => ({
    context: Array.from({ length: BLOCKS }, () => new ContextBlock(features, hidden)),
    target: new Linear(features, outputs),
    predict: OFFSETS.map(() => new Linear(features, outputs)),
  }),
  embed: (encoder, { context, target, predict }, { x }, pass) => {
    const encoded = encodePatches(encoder, x, pass)
    const above = context.reduce((y, block) => block.forward(y), encoded).relu()
    const targets = byPlace(target, encoded)
    const vector = targets.mean([2, 3])
    const predictions = new Map(OFFSETS.map((offset, i) => [offset, byPlace(predict[i] as Linear, above)]))
    return { vector, prediction: vector, predictions, targets }
  },
  represent: (encoder, x, pass) => encodePatches(encoder, x, pass).mean([2, 3]),
}

/** `[N, C, S, S]` to `[N, features, 7, 7]`. */
function encodePatches(encoder: Encoder, x: Tensor, pass: Pass): Tensor {
  const [n, c, s] = x.shape as [number, number, number]
  const stride = Math.floor(s / (GRID + 1))
  const side = 2 * stride
  const cut = x.unfold(2, side, stride).unfold(3, side, stride).narrow(2, 0, GRID).narrow(3, 0, GRID)
  const all = cut.permute([0, 2, 3, 1, 4, 5]).reshape([n * GRID * GRID, c, side, side])
  return encoder.forward(all, pass).reshape([n, GRID, GRID, -1]).permute([0, 3, 1, 2])
}

/** A linear map at every place. */
function byPlace(linear: Linear, map: Tensor): Tensor {
  return linear.forward(map.permute([0, 2, 3, 1])).permute([0, 3, 1, 2])
}

/** A residual block whose 2×1 convolution sees its own row and the one above; `[N, C, h, w]` to the same. */
class ContextBlock implements Module {
  readonly narrow: Conv2d
  readonly across: Conv2d
  readonly down: Conv2d
  readonly wide: Conv2d

  constructor(channels: number, width: number) {
    this.narrow = new Conv2d(channels, width, 1)
    this.across = new Conv2d(width, width, [1, 3], { padding: [0, 1] })
    this.down = new Conv2d(width, width, [2, 1])
    this.wide = new Conv2d(width, channels, 1)
  }

  forward(x: Tensor): Tensor {
    const row = this.across.forward(this.narrow.forward(x).relu())
    // one row of nothing above the first
    const below = this.down.forward(ops.constant_pad_nd(row, [0, 0, 1, 0])).relu()
    return x.add(this.wide.forward(below))
  }
}
