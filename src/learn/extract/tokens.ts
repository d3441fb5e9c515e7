import type { TokenEncoder } from '../../encode/encoder.js'
import type { Mlp } from '../../nn/index.js'
import type { Tensor } from '../../torch/index.js'
import type { Prototypes } from '../head.js'
import type { Extract } from './extract.js'
import { type PrototypeOutput, prototypes } from './prototypes.js'

export interface TokenOutput extends PrototypeOutput {
  /** The same for the M masked patches of the whole batch, `[M, prototypes]`; absent in views with fewer than two. */
  patchLogits?: Tensor
  /** Int64 `[M]`: the picture each of those belongs to, by row. */
  pictures?: Tensor
}

/** Class token and patch tokens, through one head: iBOT's (arXiv 2111.07832). */
export const tokens: Extract<TokenOutput, TokenEncoder, { mlp: Mlp; last: Prototypes }> = {
  name: 'class and patch tokens',
  needs: 'tokens',
  masks: 'token',
  heads: prototypes.heads,
  embed: (encoder, { mlp, last }, { x, mask, hidden }, pass) => {
    const all = encoder.tokens(x, pass, hidden ? { mask } : {})
    const vector = mlp.forward(encoder.pool(all), pass)
    const output = { vector, prediction: vector, logits: last.forward(vector) }
    if (!mask) return output
    const places = mask.flatten().nonzero().flatten()
    // a batch norm in the head has no statistics of fewer, and a draw of masks may leave none
    if (places.numel < 2) return output
    const patches = all
      .narrow(1, 1, mask.shape[1] as number)
      .flatten(0, 1)
      .index_select(0, places)
    return {
      ...output,
      patchLogits: last.forward(mlp.forward(patches, pass)),
      pictures: places.div(mask.shape[1] as number, { rounding_mode: 'floor' }).to('int64'),
    }
  },
}
