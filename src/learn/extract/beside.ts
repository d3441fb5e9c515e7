import type { Mlp } from '../../nn/index.js'
import type { Joined } from '../encoder/joined.js'
import { buildMlp } from '../head.js'
import type { Extract, Output } from './extract.js'

/** Of codes and a network side by side, the network's vector, projected. */
export const beside: Extract<Output, Joined, Mlp> = {
  name: 'pooled vector beside codes',
  needs: 'beside',
  pixels: true,
  heads: ({ network }, { projector }) => buildMlp(network.features, projector),
  embed: (encoder, mlp, { x }, pass) => {
    // the codes choose their dictionary from the first pictures too
    if (pass.initialize) encoder.codes.forward(x, pass).dispose()
    const vector = mlp.forward(encoder.learned(x, pass), pass)
    return { vector, prediction: vector }
  },
  closed: {
    first: ({ codes }) => codes.features,
    others: (encoder) => ({
      features: encoder.network.features,
      forward: (x, pass) => encoder.learned(x, pass),
    }),
    parts: (encoder) => [
      { features: encoder.codes.features, forward: (x, pass) => encoder.code(x, pass) },
      { features: encoder.network.features, forward: (x, pass) => encoder.beside(x, pass) },
    ],
  },
}
