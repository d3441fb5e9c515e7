/** A run whose network is to be used: its record, method and settings, and the network as it was last kept. */
import type { Method } from '../learn/method.js'
import { type Settings, validate } from '../learn/settings.js'
import { createState, disposeState, type TrainingState } from '../learn/state.js'
import { openRun, type RunRecord } from '../run/index.js'
import { type Restored, restoreJudged, type Wanted } from './judged-state.js'
import type { Progress } from './progress.js'
import { recordedMethod } from './recorded-method.js'

export interface Trained extends Restored {
  folder: string
  record: RunRecord
  method: Method
  settings: Settings
  /** With the weights of what is used, and the number of steps of the last. The caller frees it. */
  trained: TrainingState
}

export interface OpenOptions {
  /** In place of that of the record, of the same name. */
  method?: Method
  /** Whether a config that came with the run may be run. */
  trustConfig?: boolean
  /** Which checkpoint is used: the best where the last is clearly worse, unless given. */
  checkpoint?: Wanted
}

/** @throws UsageError when there is no run, SelfsameError when nothing of it can be used */
export async function openTrained(
  folder: string,
  progress: Progress,
  options: OpenOptions = {},
): Promise<Trained> {
  const record = openRun(folder)
  const method = options.method ?? (await recordedMethod(folder, record, options.trustConfig))
  const settings = validate(record.settings, method)
  const trained = createState(settings, method)
  try {
    const restored = restoreJudged(folder, record, trained, progress, options.checkpoint)
    return { folder, record, method, settings, trained, ...restored }
  } catch (error) {
    disposeState(trained)
    throw error
  }
}
