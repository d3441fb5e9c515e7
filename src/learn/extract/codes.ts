import type { PatchCodes } from '../encoder/patch-codes.js'
import type { Extract, Output } from './extract.js'

/** The codes of a picture's places, with no head on them. */
export const codes: Extract<Output, PatchCodes, object> = {
  name: 'codes of patches',
  needs: 'cells',
  pixels: true,
  heads: () => ({}),
  embed: (encoder, _, { x }, pass) => {
    const vector = encoder.forward(x, pass)
    return { vector, prediction: vector }
  },
}
