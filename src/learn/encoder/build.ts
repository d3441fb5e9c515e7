import type { Encoder, MapEncoder, TokenEncoder } from '../../encode/encoder.js'
import { UsageError } from '../../errors.js'
import { disposeModule } from '../../nn/index.js'
import type { Need } from '../extract/extract.js'
import type { Method } from '../method.js'
import type { Settings } from '../settings.js'
import { findEncoder } from './encoders.js'
import type { Joined } from './joined.js'
import type { PatchCodes } from './patch-codes.js'
import { ENCODER_DEFAULTS, type EncoderFactory } from './spec.js'

/** For each need, how an encoder shows that it meets it, and which do. */
const NEEDS: Record<
  Need,
  {
    method: 'forward' | keyof MapEncoder | keyof TokenEncoder | keyof PatchCodes | keyof Joined
    which: string
  }
> = {
  vector: { method: 'forward', which: 'any encoder' },
  maps: { method: 'maps', which: 'small, a resnet or amdim' },
  tokens: { method: 'tokens', which: 'a vision transformer, such as vit-mini/4 or vit-s/16' },
  cells: { method: 'cells', which: 'patch-codes' },
  beside: { method: 'learned', which: 'joined' },
}

/**
 * The encoder of the settings, or the method's own.
 * @throws UsageError when it cannot give what the method compares
 */
export function buildEncoder(settings: Settings, method: Method): Encoder {
  const { encoder: spec, channels, size } = settings
  const make: EncoderFactory = method.encoder ?? findEncoder(spec.name)
  const encoder = make({
    ...ENCODER_DEFAULTS,
    ...spec,
    channels,
    size,
    maskToken: method.extract.masks === 'token',
  })
  const { method: needed, which } = NEEDS[method.extract.needs]
  if (!(needed in encoder)) {
    disposeModule(encoder)
    throw new UsageError(
      `${method.name} compares ${method.extract.name}, which the encoder '${spec.name}' does not give: use ${which}`,
    )
  }
  return encoder
}

/** Views of this encoder have sides that are multiples of this many pixels. */
export function sizeMultiple(encoder: Encoder): number {
  return 'patch' in encoder ? (encoder as TokenEncoder).patch : OF_CONVOLUTIONS
}

const OF_CONVOLUTIONS = 4
