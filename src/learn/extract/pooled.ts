import type { Encoder } from '../../encode/encoder.js'
import type { Mlp } from '../../nn/index.js'
import { buildMlp } from '../head.js'
import type { Extract, Output } from './extract.js'

/** The encoder's pooled vector, projected. */
export const pooled: Extract<Output, Encoder, Mlp> = {
  name: 'pooled vector',
  needs: 'vector',
  layered: true,
  heads: (encoder, { projector }) => buildMlp(encoder.features, projector),
  embed: (encoder, mlp, { x }, pass) => {
    const vector = mlp.forward(encoder.forward(x, pass), pass)
    return { vector, prediction: vector }
  },
}
