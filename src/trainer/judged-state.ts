/** What of a run is judged and used: its best look, its finished encoder, or its last sound checkpoint. */
import { SelfsameError, UsageError } from '../errors.js'
import { STEADIER, type Standing } from '../judge/index.js'
import { judgedBranch, type TrainingState } from '../learn/state.js'
import { loadSafetensors, stateDict } from '../nn/index.js'
import { openedBest, openedWeights, type RunRecord, readTraining, runPaths } from '../run/index.js'
import { goingOn, setting } from '../setting.js'
import { points, standingAt, WORDS } from './best.js'
import { hasEnded, judgedTensors, placeOf, restore } from './kept.js'
import type { Progress } from './progress.js'

/** Which checkpoint of a run is wanted: the best of the looks while it trained, the last, or the best where the last is clearly worse. */
export const CHECKPOINTS = ['auto', 'best', 'last'] as const
export type Wanted = (typeof CHECKPOINTS)[number]

/** Which state of a run it is. */
export interface Used {
  step: number
  /** One sentence, where it is not the last. */
  why?: string
}

/** What was put into a state, and how the last look at the run stands beside the best, where there was one. */
export interface Restored {
  used: Used
  standing?: Standing
}

/**
 * Puts it into `state`, whose number of steps is that of the last either way.
 * @throws UsageError where the best is wanted and there is none, SelfsameError when there is nothing, with what to do
 */
export function restoreJudged(
  folder: string,
  record: RunRecord,
  state: TrainingState,
  progress: Progress,
  wanted: Wanted = 'auto',
): Restored {
  const last = restoreLast(folder, record, state, progress, wanted)
  const standing = standingAt(folder, record, state.step)
  const asLast: Restored = { used: last, ...(standing && { standing }) }
  if (wanted === 'best' && !standing)
    throw new UsageError(
      `${folder} has no best checkpoint, as nothing was asked of classes while it trained, nor ${setting('stopEarly', 4)} given without labels: use ${setting('checkpoint', 'last')}`,
    )
  const { verdict } = standing?.ahead ?? {}
  const isBetter = verdict === 'worse' || (wanted === 'best' && verdict === 'level')
  const isUsed = isBetter && wanted !== 'last'
  if (!standing || !isUsed || standing.best.step === last.step) return asLast
  const best = openedBest(placeOf(folder, record))
  using file = best?.file
  if (best?.step !== standing.best.step || !file?.isSound()) {
    progress.note(
      `Warning: ${runPaths(folder).best} is not as it was written; what is judged is the state after step ${last.step}.`,
    )
    return asLast
  }
  loadSafetensors(judgedTensors(state), file)
  return { used: { step: best.step, why: inWords(standing, state) }, standing }
}

/** The last sound checkpoint, or the encoder of the end where it is newer. */
function restoreLast(
  folder: string,
  record: RunRecord,
  state: TrainingState,
  progress: Progress,
  wanted: Wanted,
): Used {
  restore(folder, record, state, progress)
  const { encoder: path } = runPaths(folder)
  const summary = readTraining(folder)
  using encoder = openedWeights(path)
  const sound = encoder?.isSound() ?? false
  const ended = summary && hasEnded(summary) ? summary.steps : 0
  const { encoderStep = ended } = summary ?? {}
  let step = state.step
  const isWanted = wanted !== 'last' || encoderStep === ended
  // as where the disk was full at the end; what reads from the projector needs more than the encoder
  if (encoder && sound && isWanted && ended > state.step && state.settings.readout.layers === 0) {
    progress.note(
      `What is judged is ${path}, of step ${encoderStep}, the end of training: ${state.step === 0 ? 'there is no checkpoint' : `the last checkpoint is of step ${state.step}`}.`,
    )
    loadSafetensors(stateDict(judgedBranch(state).encoder), encoder)
    state.step = ended
    step = encoderStep
  }
  if (state.step === 0) throw new SelfsameError(nothingYet(folder, summary))
  if (!sound && (encoder || ended > 0))
    progress.note(
      `Warning: ${path} is ${encoder ? 'not as it was written' : 'missing'}; ${goingOn(folder)} writes it anew. What is judged is the last checkpoint, which is sound.`,
    )
  return { step }
}

function inWords({ best, last, ahead }: Standing, { settings, step }: TrainingState): string {
  const number = (value: number) => value.toLocaleString('en')
  const which = `The encoder of step ${number(best.step)}${best.step === 0 && settings.given ? ', as it was given,' : ''} is used`
  const after =
    last.step === step
      ? `the last, of step ${number(step)}`
      : `that of step ${number(last.step)}, the last that was asked`
  const { did, more } = WORDS[best.by]
  return `${which}${ahead.verdict === 'worse' ? '' : ', as asked'}: while training it ${did} ${points(ahead)} ${more} than ${after}`
}

function nothingYet(folder: string, summary: ReturnType<typeof readTraining>): string {
  return summary?.status === 'diverged'
    ? `${folder} diverged at step ${summary.steps} of ${summary.totalSteps}, before anything had been saved: begin another run with ${STEADIER}`
    : `${folder} has no checkpoint yet: train it first with ${goingOn(folder)}`
}
