/** What an exported model says of itself, as JSON under `selfsame` in its metadata. */
import { encoderName } from '../learn/encoder/encoders.js'
import type { Trained } from '../trainer/trained.js'
import type { Preprocessing } from '../use/model/preprocessing.js'
import { version } from '../version.js'
import type { Network } from './network.js'

export interface Metadata {
  /** `Model.id`; a quantised form has one of its own. */
  id: string
  /** Length of a vector. */
  dimension: number
  preprocessing: Preprocessing
  method: string
  encoder: string
  /** When the run was begun, which tells it from others. */
  run: string
  /** Of training, that the weights are of. */
  step: number
  /** Of Selfsame. */
  version: string
  /** Whether vectors are those behind the projector. */
  head?: true
  /** How weights are stored where not as float32, and the id of the model as it was before. */
  quantized?: { scheme: Scheme; of: string }
}

export const SCHEMES = ['int8', 'fp16'] as const
export type Scheme = (typeof SCHEMES)[number]

export function metadataOf(
  { record, settings, used }: Trained,
  { id, preprocessing }: Network,
  { dimension, head }: { dimension: number; head: boolean },
): Metadata {
  return {
    id,
    dimension,
    preprocessing,
    method: settings.method,
    encoder: encoderName(settings.encoder),
    run: record.created,
    step: used.step,
    version,
    ...(head && { head }),
  }
}
