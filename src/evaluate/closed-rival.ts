/** Whether a run has a rival in closed form, and where that comes from. */
import { SOME_PICTURES } from '../judge/index.js'
import { planRun } from '../learn/schedule.js'
import { isSolved } from '../learn/step.js'
import { CLOSED_FORM, type ClosedForm, closedFormOf, partOf } from './closed-form.js'
import type { JudgedRun } from './judged-run.js'
import type { Judging, Tell } from './judging.js'
import { isEmbedded, type Parts } from './sides.js'

/** None where there are fewer pictures than in any set that it is of, and the closed form is what is expected to be best. */
export function recordFor(run: JudgedRun): string | undefined {
  return tookGradients(run) && run.record.pictures < SOME_PICTURES ? undefined : run.method.record
}

/** Otherwise the learned features are in closed form themselves. */
export function tookGradients({ settings, record, trained }: JudgedRun): boolean {
  const plan = planRun(settings, record.pictures, trained.stretches)
  return !isSolved(trained, plan)
}

/** Found at once where features are to be made of it, so that its time is told as its own. */
export async function closedForm(
  { settings, method, trained, digests }: JudgedRun,
  { train, test }: Parts,
  judging: Judging,
  progress: Tell,
): Promise<ClosedForm | undefined> {
  const own = method.extract.closed?.first(trained.online.encoder)
  if (own !== undefined) return partOf(digests.learned, own)
  return await judging.attempts.of(CLOSED_FORM, async () => {
    const closed = await closedFormOf(settings, train, judging, progress)
    const { embedder } = closed
    const kept = await Promise.all(
      [train, test].map((source) => isEmbedded(source, { settings, ...judging }, embedder)),
    )
    if (kept.includes(false)) await embedder.encoder()
    return closed
  })
}
