import type { PatchCodes } from '../encoder/patch-codes.js'
import type { Extract, Output } from './extract.js'
import { features } from './features.js'

/** The codes of a picture's places, with no head on them. */
export const codes: Extract<Output, PatchCodes, object> = {
  ...features,
  name: 'codes of patches',
  needs: 'cells',
  pixels: true,
}
