/** What an ONNX file of ours says of itself, as JSON in its metadata. */
import * as z from 'zod'
import { SelfsameError } from '../../errors.js'
import { type Preprocessing, preprocessingSchema } from './preprocessing.js'

/** Key of the metadata. */
export const METADATA = 'selfsame'

const metadataSchema = z.object({
  preprocessing: preprocessingSchema,
  dimension: z
    .int()
    .positive()
    .max(2 ** 20),
  id: z.string().regex(/^[0-9a-f]{64}$/),
  /** For people: what it was trained with. */
  method: z.string().optional(),
  encoder: z.string().optional(),
  run: z.string().optional(),
  step: z.number().optional(),
  version: z.string().optional(),
})

export type ModelMetadata = z.infer<typeof metadataSchema>

/**
 * @param metadata of the file
 * @returns undefined for a stranger's
 * @throws SelfsameError where what is written there is damaged
 */
export function ownMetadata(
  metadata: Readonly<Record<string, string>>,
  file: string,
): ModelMetadata | undefined {
  const text = metadata[METADATA]
  if (text === undefined) return undefined
  const damaged = (what: string) =>
    new SelfsameError(`the model '${file}' is damaged (${what}); export it again`)
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw damaged('its metadata is no JSON')
  }
  const parsed = metadataSchema.safeParse(json)
  if (!parsed.success) throw damaged(`'${parsed.error.issues[0]?.path.join('.')}' in its metadata`)
  checkChannels(parsed.data.preprocessing, damaged)
  return parsed.data
}

function checkChannels(
  { channels, mean, std }: Preprocessing,
  damaged: (what: string) => SelfsameError,
): void {
  if (mean.length !== channels || std.length !== channels)
    throw damaged(`${mean.length} means and ${std.length} deviations for ${channels} channels`)
}
