/** Studies in front of a person: how far they are, Ctrl-C, and what came of it. */
import { join } from 'node:path'
import { type BudgetName, type Outcome, runStudies, type Study, workerFor } from '../lab/index.js'
import { precisionFor } from '../trainer/machine.js'
import type { Progress } from '../trainer/progress.js'
import { say } from './say.js'
import { StopRequest } from './stop.js'

export interface StudyOptions {
  data?: string
  budget: BudgetName
  seeds?: number
  jobs?: number
  out?: string
  paper?: boolean
  json?: boolean
}

/** Trains what is missing of the studies and prints their tables. */
export async function studyVerb(
  studies: readonly Study[],
  options: StudyOptions,
  progress: Progress,
): Promise<void> {
  const { budget, data, seeds, jobs, json } = options
  const out = options.out ?? join('runs', `lab-${budget}`)
  const began = performance.now()
  const stop = new StopRequest(() => progress.note('Stopping.'))
  const networks = { done: 0, total: 0 }
  let outcomes: Outcome[]
  try {
    outcomes = await runStudies(studies, {
      out,
      budget,
      ...(data && { data }),
      ...(seeds && { seeds }),
      worker: workerFor(studies),
      ...(jobs !== undefined && { jobs }),
      precision: (encoder) => precisionFor(encoder),
      words: wordsOf(options),
      progress: (done, total, share) => {
        Object.assign(networks, { done, total })
        progress.work(`Trained ${done} of ${total} networks,`, share, 1, began)
      },
      note: (text) => progress.note(text),
      signal: stop.signal,
    })
  } finally {
    stop.end()
    progress.close()
  }
  if (stop.requested) {
    const { done, total } = networks
    progress.note(
      `Stopped: ${done} of ${total} networks are trained and kept in ${out}; the same command goes on from there.`,
    )
    process.exitCode = 130
  }
  if (json) say(JSON.stringify({ studies: outcomes.map((one) => one.json), page: join(out, 'lab.md') }))
  else say(`${outcomes.map((one) => one.text).join('\n\n')}\n\nPage: ${join(out, 'lab.md')}`)
}

/** What is typed after the study's name to get the same page. */
function wordsOf({ data, budget, seeds, out }: StudyOptions): string {
  return [
    `--budget ${budget}`,
    ...(data ? [`--data ${data}`] : []),
    ...(seeds ? [`--seeds ${seeds}`] : []),
    ...(out ? [`--out ${out}`] : []),
  ].join(' ')
}
