/** Training in front of a person: a line that renews itself, and Ctrl-C. */
import type { Verdict } from '../learn/index.js'
import type { LookLine, TrainingSummary } from '../run/index.js'
import { ended, heard } from '../trainer/events.js'
import { type ContinueOptions, continueRun } from '../trainer/session.js'
import type { TerminalProgress } from './progress.js'
import { StopRequest } from './stop.js'

/** Trains a run to its end, or to the first Ctrl-C. @throws as `continueRun` */
export async function follow(
  folder: string,
  options: Omit<ContinueOptions, 'signal'>,
  progress: TerminalProgress,
): Promise<TrainingSummary> {
  const stop = new StopRequest(() =>
    progress.note('Stopping: finishing this step and saving. Ctrl-C again stops at once.'),
  )
  try {
    let verdict: Verdict | undefined
    let look: LookLine | undefined
    const events = heard(continueRun(folder, { ...options, signal: stop.signal }, progress), (event) => {
      if (event.type === 'measure') verdict = event.verdict
      else if (event.type === 'step') progress.step(event, verdict, look)
      else look = event
    })
    return await ended(events)
  } finally {
    stop.end()
  }
}
