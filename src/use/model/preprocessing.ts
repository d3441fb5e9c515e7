/** How a picture becomes what an encoder sees; belongs to an encoder as its weights do. Needs neither libtorch nor Node. */
import * as z from 'zod'

/** In a model's metadata, as JSON under the key `selfsame`, and in `index.json`. */
export const preprocessingSchema = z.strictObject({
  /** Side in pixels of what the encoder sees. */
  size: z.int().positive(),
  /** Side of the centred square that is cut out, as a share of the picture's short side. */
  share: z.number().positive().max(1),
  /** Of a picture. */
  channels: z.int().positive(),
  /** Value of full brightness, 255 or of 16 bits. */
  maximum: z.int().positive(),
  /** Of each channel, as shares of `maximum`: what is taken off, and what is divided by. */
  mean: z.array(z.number()),
  std: z.array(z.number().positive()),
  /** Short side to which decoders may shrink as they read, px, as in training. */
  decodeTo: z.int().positive().optional(),
})

export type Preprocessing = z.infer<typeof preprocessingSchema>
