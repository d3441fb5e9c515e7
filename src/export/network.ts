/** What of a run is put to work: from standardised pictures to vectors, in evaluation and in float32. */
import { createHash } from 'node:crypto'
import type { TokenEncoder } from '../encode/encoder.js'
import { UsageError } from '../errors.js'
import { shortSideOf } from '../learn/pictures.js'
import type { Settings } from '../learn/settings.js'
import { judgedBranch, representation, type TrainingState } from '../learn/state.js'
import { bytesInPieces, EVAL, stateDict } from '../nn/index.js'
import type { Tensor } from '../torch/index.js'
import { judgedTensors } from '../trainer/kept.js'
import type { Preprocessing } from '../use/model/preprocessing.js'
import type { Forward } from './trace/record.js'

/** What goes in, `[batch, channels, size, size]`, and what comes out: `[batch, dimension]`, and of transformers each token. */
export const PORTS = { pixels: 'pixel_values', vector: 'pooler_output', tokens: 'last_hidden_state' } as const

export interface Network {
  /** Standardised pictures `[N, C, size, size]` to `PORTS`. */
  forward: Forward
  preprocessing: Preprocessing
  /** `Model.id`. */
  id: string
}

/**
 * @param head whether vectors are those behind the projector
 * @throws UsageError where there is no such head
 */
export function networkOf(state: TrainingState, head = false): Network {
  const { method, settings } = state
  const { encoder, projector } = judgedBranch(state)
  const { extract } = method
  if (head && (extract.headless || extract.masks === 'leave out'))
    throw new UsageError(
      `the method '${method.name}' has no head that gives a vector of a whole picture: export without it`,
    )
  const preprocessing = preprocessingOf(settings)
  const weights = head
    ? new Map([...stateDict(encoder, 'encoder'), ...stateDict(projector, 'projector')])
    : judgedTensors(state)
  const { layers } = settings.readout
  const what = { encoder: settings.encoder, extract: extract.name, ...(head ? { head } : { layers }) }
  const id = digestOf(weights, { what, preprocessing })
  if (head) {
    const forward = (x: Tensor) => ({
      [PORTS.vector]: extract.embed(encoder, projector, { x, hidden: false }, EVAL).vector,
    })
    return { forward, preprocessing, id }
  }
  const whole = representation(state)
  const hasTokens = 'tokens' in encoder && !extract.represent
  const forward = (x: Tensor) => ({
    [PORTS.vector]: whole.forward(x, EVAL),
    // what both have in common is one in the graph
    ...(hasTokens && { [PORTS.tokens]: (encoder as TokenEncoder).tokens(x, EVAL) }),
  })
  return { forward, preprocessing, id }
}

/** How pictures become what the encoder sees, as judging has it. */
export function preprocessingOf(settings: Settings): Preprocessing {
  const { evalSize, evalShare, channels, input } = settings
  return {
    size: evalSize,
    share: evalShare,
    channels,
    maximum: input.maximum,
    mean: [...input.mean],
    std: [...input.std],
    decodeTo: shortSideOf(settings),
  }
}

/** SHA-256 in hex of tensors by name and of what is said of them. */
function digestOf(weights: ReadonlyMap<string, Tensor>, about: object): string {
  const hash = createHash('sha256').update(JSON.stringify(about))
  const named = [...weights].sort(([a], [b]) => (a < b ? -1 : 1))
  for (const [name, tensor] of named) {
    hash.update(`\n${name} ${tensor.dtype}[${tensor.shape}]\n`)
    for (const piece of bytesInPieces(tensor)) hash.update(piece)
  }
  return hash.digest('hex')
}
