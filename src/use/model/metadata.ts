/** What a model file of ours says of itself: JSON under `selfsame` in its metadata, so that the one file is enough. */
import * as z from 'zod'
import { preprocessingSchema } from './preprocessing.js'

/** Of the metadata's key. */
export const METADATA_KEY = 'selfsame'
export const METADATA_FORMAT = 1

/** The input, `[batch, channels, size, size]`, and what comes out: `[batch, dimension]`, and of transformers each token. */
export const PORTS = { pixels: 'pixel_values', vector: 'pooler_output', tokens: 'last_hidden_state' } as const

export const metadataSchema = z.object({
  format: z.literal(METADATA_FORMAT),
  /** `Model.id`; a quantised form has one of its own. */
  id: z.string().regex(/^[0-9a-f]{64}$/),
  /** Length of a vector. */
  dimension: z.int().positive(),
  preprocessing: preprocessingSchema,
  /** As training had them, for messages. */
  method: z.string(),
  encoder: z.string(),
  /** When the run was begun, which tells it from others. */
  run: z.string(),
  /** Of training, that the weights are of. */
  step: z.int().nonnegative(),
  /** Of Selfsame. */
  version: z.string(),
  /** Whether vectors are those behind the projector. */
  head: z.literal(true).exactOptional(),
  /** How the weights are stored, where not as float32, and the id of the model as it was before. */
  quantized: z.strictObject({ scheme: z.enum(['int8', 'fp16']), of: z.string() }).exactOptional(),
})

export type ModelMetadata = z.infer<typeof metadataSchema>
