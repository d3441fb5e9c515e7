import type { MapEncoder } from '../../encode/encoder.js'
import type { Mlp } from '../../nn/index.js'
import type { Tensor } from '../../torch/index.js'
import { buildMlp } from '../head.js'
import type { Extract, Output } from './extract.js'

export interface DenseOutput extends Output {
  /** A projection for each place of the last map, `[N, L, D]`. */
  places: Tensor
  /** The map itself, `[N, L, C]`. */
  map: Tensor
}

/** `[N, C, h, w]` to `[N, h * w, C]`. */
export function places(map: Tensor): Tensor {
  return map.flatten(2).transpose(1, 2)
}

/** The pooled vector and every place of the last map, each with a head: DenseCL (arXiv 2011.09157). */
export const dense: Extract<DenseOutput, MapEncoder, { global: Mlp; dense: Mlp }> = {
  name: 'pooled vector and last map',
  needs: 'maps',
  heads: (encoder, { projector }) => ({
    global: buildMlp(encoder.features, projector),
    // batch norm of single places would mix them; DenseCL's heads have none
    dense: buildMlp(encoder.mapChannels.at(-1) as number, { ...projector, norm: 'none', outputNorm: 'none' }),
  }),
  embed: (encoder, heads, { x }, pass) => {
    const map = encoder.maps(x, pass).at(-1) as Tensor
    const vector = heads.global.forward(encoder.pool(map), pass)
    const flat = places(map)
    return { vector, prediction: vector, places: heads.dense.forward(flat, pass), map: flat }
  },
}
