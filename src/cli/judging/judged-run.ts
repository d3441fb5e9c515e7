/** A run that is to be judged: its record, the trained network and the same one untrained. */
import { createHash } from 'node:crypto'
import { Quarantine, type Source } from '../../images/index.js'
import type { Encoder } from '../../learn/encoder/encoder.js'
import { calibrate } from '../../learn/features.js'
import type { Method } from '../../learn/method.js'
import { type Settings, validate } from '../../learn/settings.js'
import {
  createState,
  disposeState,
  judgedBranch,
  representation,
  type TrainingState,
} from '../../learn/state.js'
import { bytesInPieces, stateDict } from '../../nn/index.js'
import { openRun, type RunRecord, runPaths } from '../../run/index.js'
import type { Progress } from '../progress.js'
import { recordedMethod } from '../recorded-method.js'
import { programBytes } from '../trusted-configs.js'
import { restoreJudged } from './judged-state.js'

export interface JudgedRun {
  folder: string
  record: RunRecord
  method: Method
  settings: Settings
  trained: TrainingState
  learned: Encoder
  untrained: Encoder
  /** Digests of all that makes the two encoders what they are. */
  digests: { learned: string; untrained: string }
  dispose(): void
}

/** @throws UsageError when there is no run, SelfsameError when nothing of it can be judged */
export async function openJudged(
  folder: string,
  progress: Progress,
  trustConfig = false,
): Promise<JudgedRun> {
  const record = openRun(folder)
  const method = await recordedMethod(folder, record, trustConfig)
  const settings = validate(record.settings, method)
  const trained = createState(settings, method)
  const fresh = createState(settings, method)
  const dispose = () => {
    disposeState(trained)
    disposeState(fresh)
  }
  try {
    restoreJudged(folder, record, trained, progress)
    return {
      folder,
      record,
      method,
      settings,
      trained,
      learned: representation(trained),
      untrained: representation(fresh),
      digests: { learned: digestOf(trained, folder), untrained: digestOf(fresh, folder) },
      dispose,
    }
  } catch (error) {
    dispose()
    throw error
  }
}

/** Without the statistics of its own activations, an untrained network's batch norms would do nothing. */
export async function calibrateUntrained(run: JudgedRun, source: Source): Promise<void> {
  const { untrained, settings, record } = run
  const quarantine = new Quarantine(source.size, { maxShare: record.bad_share })
  await calibrate(untrained, source, settings, { quarantine })
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
