/** What of a run is judged and looked at: its finished encoder, or its last sound checkpoint. */
import { SelfsameError } from '../errors.js'
import { STEADIER } from '../judge/index.js'
import { judgedBranch, type TrainingState } from '../learn/state.js'
import { loadSafetensors, stateDict } from '../nn/index.js'
import { openedWeights, type RunRecord, readTraining, runPaths } from '../run/index.js'
import { goingOn } from '../setting.js'
import { restore } from './kept.js'
import type { Progress } from './progress.js'

/**
 * Puts it into `state`.
 * @throws SelfsameError when there is neither, with what to do
 */
export function restoreJudged(
  folder: string,
  record: RunRecord,
  state: TrainingState,
  progress: Progress,
): void {
  restore(folder, record, state, progress)
  const { encoder: path } = runPaths(folder)
  const summary = readTraining(folder)
  using encoder = openedWeights(path)
  const sound = encoder?.isSound() ?? false
  const finished = summary?.status === 'finished' ? summary.steps : 0
  // as where the disk was full at the end; what reads from the projector needs more than the encoder
  if (encoder && sound && finished > state.step && state.settings.readout.layers === 0) {
    progress.note(
      `What is judged is ${path}, of step ${finished}, the end of training: ${state.step === 0 ? 'there is no checkpoint' : `the last checkpoint is of step ${state.step}`}.`,
    )
    loadSafetensors(stateDict(judgedBranch(state).encoder), encoder)
    state.step = finished
  }
  if (state.step === 0) throw new SelfsameError(nothingYet(folder, summary))
  if (!sound && (encoder || finished > 0))
    progress.note(
      `Warning: ${path} is ${encoder ? 'not as it was written' : 'missing'}; ${goingOn(folder)} writes it anew. What is judged is the last checkpoint, which is sound.`,
    )
}

function nothingYet(folder: string, summary: ReturnType<typeof readTraining>): string {
  return summary?.status === 'diverged'
    ? `${folder} diverged at step ${summary.steps} of ${summary.totalSteps}, before anything had been saved: begin another run with ${STEADIER}`
    : `${folder} has no checkpoint yet: train it first with ${goingOn(folder)}`
}
