/** Choice 2, what turns a view into features: vision transformers by size. */

import type { TokenEncoder } from '../../encode/encoder.js'
import { VisionTransformer } from '../../nn/index.js'
import type { EncoderOptions } from './spec.js'

interface Plan {
  /** Width of a token, the length of the feature vector. */
  dim: number
  /** Number of blocks. */
  depth: number
  heads: number
}

/**
 * Tiny, small and base: Touvron et al. 2020, DeiT (arXiv 2012.12877); large: Dosovitskiy et al. 2020 (arXiv 2010.11929). Mini is ours,
 * for 32 px on two CPU cores.
 */
export const PLANS = {
  'vit-mini': { dim: 128, depth: 4, heads: 4 },
  'vit-ti': { dim: 192, depth: 12, heads: 3 },
  'vit-s': { dim: 384, depth: 12, heads: 6 },
  'vit-b': { dim: 768, depth: 12, heads: 12 },
  'vit-l': { dim: 1024, depth: 24, heads: 16 },
} satisfies Record<string, Plan>

function vit(plan: Plan): (options: EncoderOptions) => TokenEncoder {
  return (options) => new VisionTransformer({ ...options, ...plan })
}

/** The vision transformers by name. */
export const VITS: Readonly<Record<keyof typeof PLANS, (options: EncoderOptions) => TokenEncoder>> = {
  'vit-mini': vit(PLANS['vit-mini']),
  'vit-ti': vit(PLANS['vit-ti']),
  'vit-s': vit(PLANS['vit-s']),
  'vit-b': vit(PLANS['vit-b']),
  'vit-l': vit(PLANS['vit-l']),
}
