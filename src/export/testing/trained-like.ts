/** Encoders as after training. */
import type { Encoder } from '../../encode/encoder.js'
import { findEncoder } from '../../learn/encoder/encoders.js'
import { ENCODER_DEFAULTS, type EncoderOptions } from '../../learn/encoder/spec.js'
import { INITIALIZE, stateDict } from '../../nn/index.js'
import { manualSeed, noGrad, ops, scope } from '../../torch/index.js'

/** As the command line has it unless told, of small pictures. */
export function optionsOf(changes: Partial<EncoderOptions>): EncoderOptions {
  return { ...ENCODER_DEFAULTS, channels: 3, size: 32, ...changes }
}

/** No scale is 1, no shift, and no branch that begins with nothing, is 0, and running statistics are neither. */
export function trainedLike(name: string, options: EncoderOptions): Encoder {
  manualSeed(7)
  const encoder = findEncoder(name)(options)
  scope(() =>
    noGrad(() => {
      const x = ops.rand([32, options.channels, options.size, options.size])
      encoder.forward(x, INITIALIZE)
      for (const [key, one] of stateDict(encoder)) {
        if (one.dtype !== 'float32' || /\.?(filters|norms|normBias|threshold)$/.test(key)) continue
        if (key.endsWith('running_var')) one.mul_(ops.rand(one.shape).add(0.5)).add_(0.1)
        else one.add_(ops.randn(one.shape).mul(one.shape.length > 1 ? 0.05 : 0.2))
      }
    }),
  )
  return encoder
}
