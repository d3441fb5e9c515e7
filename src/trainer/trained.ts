/** A run whose network is to be used: its record, method and settings, and the network as it was last kept. */
import type { Method } from '../learn/method.js'
import { type Settings, validate } from '../learn/settings.js'
import { createState, disposeState, type TrainingState } from '../learn/state.js'
import { openRun, type RunRecord } from '../run/index.js'
import { restoreJudged } from './judged-state.js'
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
 * @throws UsageError when there is no run, SelfsameError when nothing of it can be used
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
    restoreJudged(folder, record, trained, progress)
    return { folder, record, method, settings, trained }
  } catch (error) {
    disposeState(trained)
    throw error
  }
}
