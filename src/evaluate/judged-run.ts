/** A run that is to be judged: its record, the trained network and the same one untrained. */
import { createHash } from 'node:crypto'
import { calibrate } from '../encode/embed.js'
import type { Encoder } from '../encode/encoder.js'
import { Quarantine, type Source } from '../images/index.js'
import type { Method } from '../learn/method.js'
import { preprocessOf } from '../learn/settings.js'
import {
  createState,
  disposeState,
  judgedBranch,
  representation,
  type TrainingState,
} from '../learn/state.js'
import { bytesInPieces, stateDict } from '../nn/index.js'
import { runPaths } from '../run/index.js'
import type { Progress } from '../trainer/progress.js'
import { openTrained, type Trained } from '../trainer/trained.js'
import { programBytes } from '../trainer/trusted-configs.js'

export interface JudgedRun extends Trained {
  learned: Encoder
  untrained: Encoder
  /** Digests of all that makes the two encoders what they are. */
  digests: { learned: string; untrained: string }
  dispose(): void
}

/** @throws as `openTrained` */
export async function openJudged(
  folder: string,
  progress: Progress,
  options: { method?: Method; trustConfig?: boolean } = {},
): Promise<JudgedRun> {
  const run = await openTrained(folder, progress, options)
  const { trained, settings, method } = run
  const fresh = createState(settings, method)
  return {
    ...run,
    learned: representation(trained),
    untrained: representation(fresh),
    digests: { learned: digestOf(trained, folder), untrained: digestOf(fresh, folder) },
    dispose: () => {
      disposeState(trained)
      disposeState(fresh)
    },
  }
}

/** Without the statistics of its own activations, an untrained network's batch norms would do nothing. */
export async function calibrateUntrained(run: JudgedRun, source: Source): Promise<void> {
  const { untrained, settings, record } = run
  const quarantine = new Quarantine(source.size, { maxShare: record.bad_share })
  await calibrate(untrained, source, preprocessOf(settings), { quarantine })
}

/** Of the weights, and of the config file that an encoder of the user's own may come from. */
function digestOf(state: TrainingState, folder: string): string {
  const { encoder, projector } = judgedBranch(state)
  const hash = createHash('sha256').update(JSON.stringify(state.settings))
  for (const part of [encoder, projector])
    for (const [name, tensor] of stateDict(part)) {
      hash.update(name)
      for (const piece of bytesInPieces(tensor)) hash.update(piece)
    }
  const config = programBytes(runPaths(folder).config)
  if (config) hash.update(config)
  return hash.digest('hex')
}
