import type { Encoder } from '../../encode/encoder.js'
import type { Extract, Output } from './extract.js'

/** The encoder's pooled vector as it is, with no head on it. */
export const features: Extract<Output, Encoder, object> = {
  name: 'pooled vector without a head',
  needs: 'vector',
  headless: true,
  heads: () => ({}),
  embed: (encoder, _, { x }, pass) => {
    const vector = encoder.forward(x, pass)
    return { vector, prediction: vector }
  },
}
