/** What transformers.js reads beside a model: which class it is of, and how pictures are prepared. */
import type { Preprocessing } from '../use/model/preprocessing.js'
import type { Metadata } from './metadata.js'

/** Pillow's number of Lanczos, which there alone is antialiased in Node. */
const LANCZOS = 1

/** `config.json`. @param tokens whether each token comes out, as of a vision transformer */
export function modelConfig(metadata: Metadata, tokens: boolean): object {
  const { size, channels } = metadata.preprocessing
  const kind = tokens
    ? { model_type: 'vit', architectures: ['ViTModel'] }
    : { model_type: 'resnet', architectures: ['ResNetModel'] }
  return {
    ...kind,
    hidden_size: metadata.dimension,
    image_size: size,
    num_channels: channels,
    selfsame: metadata,
  }
}

/**
 * `preprocessor_config.json`: the short side to so many pixels that a centred square of the encoder's size is the share of the
 * picture that it sees.
 */
export function preprocessorConfig({ size, share, channels, mean, std }: Preprocessing): object {
  return {
    image_processor_type: 'BitImageProcessor',
    do_convert_rgb: channels === 3,
    do_resize: true,
    size: { shortest_edge: Math.round(size / share) },
    resample: LANCZOS,
    crop_pct: share,
    do_center_crop: true,
    crop_size: { height: size, width: size },
    do_rescale: true,
    rescale_factor: 1 / 255,
    do_normalize: true,
    image_mean: mean,
    image_std: std,
  }
}

/** What of the preparation its words cannot say, in a sentence; undefined where they say all. */
export function beyondWords({ channels, maximum }: Preprocessing): string | undefined {
  if (maximum > 255)
    return 'transformers.js reads pictures of 8 bits alone: with it vectors of these pictures are others, with selfsame they are right'
  if (channels === 3) return undefined
  return channels === 1
    ? 'transformers.js does not make colours grey: give it grey pictures; selfsame does so itself'
    : `transformers.js reads no pictures of ${channels} channels; selfsame does`
}
