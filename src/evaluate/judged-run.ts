/** A run that is to be judged: its record, the trained network and the same one untrained. */
import { createHash } from 'node:crypto'
import type { Encoder } from '../encode/encoder.js'
import type { Source } from '../images/index.js'
import {
  createState,
  disposeState,
  judgedBranch,
  representation,
  type TrainingState,
  trainedPart,
} from '../learn/state.js'
import { initializeFrom } from '../learn/untrained.js'
import { bytesInPieces, stateDict } from '../nn/index.js'
import { type MetricsLine, metricsLine, readLines, runPaths } from '../run/index.js'
import { beginAsRun } from '../trainer/init.js'
import type { Progress } from '../trainer/progress.js'
import { type OpenOptions, openTrained, type Trained } from '../trainer/trained.js'
import { programBytes } from '../trainer/trusted-configs.js'
import { type Reading, readingOf } from './judging.js'

export interface JudgedRun extends Trained {
  learned: Encoder
  untrained: Encoder
  /** What `untrained` belongs to. */
  fresh: TrainingState
  /** All sound lines of its metrics. */
  lines: readonly MetricsLine[]
  /** Digests of all that makes the two encoders what they are. */
  digests: { learned: string; untrained: string }
  dispose(): void
}

/** @throws as `openTrained` */
export async function openJudged(
  folder: string,
  progress: Progress,
  options: OpenOptions = {},
): Promise<JudgedRun> {
  const run = await openTrained(folder, progress, options)
  const { trained, settings, method } = run
  const fresh = createState(settings, method)
  beginAsRun(folder, run.record, fresh)
  return {
    ...run,
    fresh,
    lines: readLines(runPaths(folder).metrics, metricsLine),
    learned: representation(trained),
    // its part in closed form is the same as that of the learned one, and a contender of its own
    untrained: trainedPart(fresh),
    digests: { learned: digestOf(trained, folder), untrained: digestOf(fresh, folder) },
    dispose: () => {
      disposeState(trained)
      disposeState(fresh)
    },
  }
}

/** Makes the untrained network what training began with, and gives its norms their statistics. */
export async function calibrateUntrained(
  { fresh }: JudgedRun,
  source: Source,
  reading: Reading,
): Promise<void> {
  await initializeFrom(fresh, source, readingOf(source, reading))
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
