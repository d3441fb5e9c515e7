/** A run whose network is to be used: its record, method and settings, and the network as it was last kept. */
import { existsSync } from 'node:fs'
import { SelfsameError } from '../errors.js'
import type { Method } from '../learn/method.js'
import { type Settings, validate } from '../learn/settings.js'
import { createState, disposeState, type TrainingState } from '../learn/state.js'
import { isSoundWeights, openRun, type RunRecord, runPaths } from '../run/index.js'
import { shellWord } from '../shell.js'
import { restore } from './kept.js'
import type { Progress } from './progress.js'
import { recordedMethod } from './recorded-method.js'

export interface Trained {
  folder: string
  record: RunRecord
  method: Method
  settings: Settings
  /** The caller frees it. */
  trained: TrainingState
}

/**
 * @param options `method` in place of that of the record, of the same name; `trustConfig` whether a config that came with the
 * run may be run
 * @throws UsageError when there is no run, SelfsameError when it has no checkpoint yet
 */
export async function openTrained(
  folder: string,
  progress: Progress,
  options: { method?: Method; trustConfig?: boolean } = {},
): Promise<Trained> {
  const record = openRun(folder)
  const method = options.method ?? (await recordedMethod(folder, record, options.trustConfig))
  const settings = validate(record.settings, method)
  const trained = createState(settings, method)
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
    return { folder, record, method, settings, trained }
  } catch (error) {
    disposeState(trained)
    throw error
  }
}
