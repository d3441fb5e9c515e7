/** A run that is to be judged: its record, the trained network and the same one untrained. */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import type { Encoder } from '../../encode/encoder.js'
import { SelfsameError } from '../../errors.js'
import { Quarantine, type Source } from '../../images/index.js'
import type { Method } from '../../learn/method.js'
import { type Settings, validate } from '../../learn/settings.js'
import {
  createState,
  disposeState,
  judgedBranch,
  representation,
  type TrainingState,
} from '../../learn/state.js'
import { initializeFrom } from '../../learn/untrained.js'
import { bytesInPieces, stateDict } from '../../nn/index.js'
import { isSoundWeights, openRun, type RunRecord, runPaths } from '../../run/index.js'
import { restore } from '../kept.js'
import type { Progress } from '../progress.js'
import { recordedMethod } from '../recorded-method.js'
import { shellWord } from '../shell.js'
import { programBytes } from '../trusted-configs.js'

export interface JudgedRun {
  folder: string
  record: RunRecord
  method: Method
  settings: Settings
  trained: TrainingState
  learned: Encoder
  untrained: Encoder
  /** What `untrained` belongs to. */
  fresh: TrainingState
  /** Digests of all that makes the two encoders what they are. */
  digests: { learned: string; untrained: string }
  dispose(): void
}

/** @throws UsageError when there is no run, SelfsameError when it has no checkpoint yet */
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
    restore(folder, record, trained, progress)
    if (trained.step === 0)
      throw new SelfsameError(
        `${folder} has no checkpoint yet: train it first with npx selfsame train --run ${shellWord(folder)} --resume`,
      )
    const { encoder } = runPaths(folder)
    if (existsSync(encoder) && !isSoundWeights(encoder))
      progress.note(
        `Warning: ${encoder} is not as it was written; npx selfsame train --run ${shellWord(folder)} --resume writes it anew. What is judged is the last checkpoint, which is sound.`,
      )
    return {
      folder,
      record,
      method,
      settings,
      trained,
      learned: representation(trained),
      untrained: representation(fresh),
      fresh,
      digests: { learned: digestOf(trained, folder), untrained: digestOf(fresh, folder) },
      dispose,
    }
  } catch (error) {
    dispose()
    throw error
  }
}

/** Makes the untrained network what training began with, and gives its norms their statistics. */
export async function calibrateUntrained({ fresh, record }: JudgedRun, source: Source): Promise<void> {
  const quarantine = new Quarantine(source.size, { maxShare: record.bad_share })
  await initializeFrom(fresh, source, { quarantine })
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
