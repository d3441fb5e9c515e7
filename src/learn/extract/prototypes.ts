import type { Encoder } from '../../encode/encoder.js'
import type { Mlp } from '../../nn/index.js'
import type { Tensor } from '../../torch/index.js'
import { buildMlp, Prototypes } from '../head.js'
import type { Extract, Output } from './extract.js'

export interface PrototypeOutput extends Output {
  /** Cosines with every prototype, `[N, prototypes]`. */
  logits: Tensor
}

/** The pooled vector, projected and compared with prototypes: DINO's head (arXiv 2104.14294). */
export const prototypes: Extract<PrototypeOutput, Encoder, { mlp: Mlp; last: Prototypes }> = {
  name: 'pooled vector',
  needs: 'vector',
  heads: (encoder, { projector }) => ({
    mlp: buildMlp(encoder.features, projector),
    last: new Prototypes(projector.prototypes, projector.outputs),
  }),
  embed: (encoder, heads, { x }, pass) => {
    const vector = heads.mlp.forward(encoder.forward(x, pass), pass)
    return { vector, prediction: vector, logits: heads.last.forward(vector) }
  },
}
