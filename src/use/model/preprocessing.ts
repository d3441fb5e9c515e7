/** How a picture becomes what an encoder sees; belongs to an encoder as its weights do. Needs neither libtorch nor Node. */
import * as z from 'zod'

/** Sides and channels beyond these are no encoder's, and would only take memory. */
const MOST_SIDE = 4096
const MOST_CHANNELS = 1024

/** In a model's metadata, as JSON under the key `selfsame`, and in `index.json`. */
export const preprocessingSchema = z.strictObject({
  /** Side in pixels of what the encoder sees. */
  size: z.int().positive().max(MOST_SIDE),
  /** Side of the centred square that is cut out, as a share of the picture's short side. */
  share: z.number().positive().max(1),
  /** Of a picture. */
  channels: z.int().positive().max(MOST_CHANNELS),
  /** Value of full brightness, 255 or of 16 bits. */
  maximum: z.int().positive().max(65_535),
  /** Of each channel, as shares of `maximum`: what is taken off, and what is divided by. */
  mean: z.array(z.number()),
  std: z.array(z.number().positive()),
  /** Short side to which decoders may shrink as they read, px, as in training. */
  decodeTo: z.int().positive().optional(),
  /** All of the picture is pressed into the square, in place of a centred square of it: only models of strangers want that. */
  whole: z.literal(true).optional(),
  /** Of the resize, each antialiased; bicubic (a = -0.5) unless given, as in training. */
  filter: z.enum(['bilinear', 'lanczos']).optional(),
})

export type Preprocessing = z.infer<typeof preprocessingSchema>
