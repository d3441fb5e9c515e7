import type { TokenEncoder } from '../../encode/encoder.js'
import { patchify, TokenDecoder } from '../../nn/index.js'
import type { Tensor } from '../../torch/index.js'
import type { Extract, Output } from './extract.js'

export interface ReconstructionOutput extends Output {
  /** Every patch as the decoder paints it, `[N, L, C * patch * patch]`. */
  painted: Tensor
  /** What was really there, in the same form. */
  patches: Tensor
  /** Bool `[N, L]`. */
  mask: Tensor
}

/** Width of an attention head of the decoder. */
const HEAD = 32

/**
 * The encoder sees the visible patches alone, and a decoder paints the rest: MAE (arXiv 2111.06377). The projector's `hidden` is the
 * decoder's width, its `layers` the decoder's depth.
 */
export const masked: Extract<ReconstructionOutput, TokenEncoder, { decoder: TokenDecoder }> = {
  name: 'visible patch tokens',
  needs: 'tokens',
  masks: 'leave out',
  pixels: true,
  heads: ({ features, patch }, { projector, size, channels }) => ({
    decoder: new TokenDecoder({
      inputs: features,
      width: projector.hidden,
      depth: projector.layers,
      heads: Math.max(1, Math.round(projector.hidden / HEAD)),
      outputs: patch * patch * channels,
      grid: size / patch,
    }),
  }),
  embed: (encoder, { decoder }, { x, mask }, pass) => {
    const hidden = mask as Tensor
    const visible = visiblePlaces(hidden)
    const tokens = encoder.tokens(x, pass, { visible })
    const vector = encoder.pool(tokens)
    const painted = decoder.forward(tokens, visible, pass)
    return { vector, prediction: vector, painted, patches: patchify(x, encoder.patch), mask: hidden }
  },
}

/** Int64 `[N, K]`: the places that a mask with the same count in every row leaves open, in order. */
function visiblePlaces(mask: Tensor): Tensor {
  const [n, l] = mask.shape as [number, number]
  const open = mask.logical_not().flatten().nonzero().flatten()
  return open.remainder(l).reshape([n, -1])
}
