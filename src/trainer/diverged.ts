/** The end of a run that is past mending. */
import { SelfsameError } from '../errors.js'
import { STEADIER } from '../judge/index.js'
import type { TrainingSummary } from '../run/index.js'
import type { Kept } from './kept.js'
import type { Progress } from './progress.js'

/**
 * Ends a run whose loss or weights are not finite any more; what it was before stays.
 * @param broken the weights that are not; none where it is the loss
 */
export function diverged(
  summary: TrainingSummary,
  kept: Kept,
  broken: string | undefined,
  progress: Progress,
): SelfsameError {
  const sound = kept.diverged({ ...summary, status: 'diverged' }, (text) => progress.note(text))
  const what =
    broken === undefined ? `the loss is ${summary.finalLoss}` : `the weights ${broken} are not finite`
  const left = sound
    ? `the last sound state is kept in ${sound}, and evaluate judges that`
    : 'nothing had been saved before'
  return new SelfsameError(
    `${what} at step ${summary.steps} of ${summary.totalSteps}, so training was stopped; ${left}. Begin another run with ${STEADIER}`,
  )
}
