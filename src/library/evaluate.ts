/** Judging as a library has it: plain objects, with nothing to free. */

import { type JudgingOptions, judgeRun } from '../evaluate/evaluate.js'
import { each, evaluationOf } from '../evaluate/json.js'
import type { Data } from '../images/index.js'
import { BANK_PROTOCOLS, type PerContender } from '../judge/index.js'
import type { Method } from '../learn/method.js'
import { type Progress, SILENT } from '../trainer/progress.js'

export interface EvaluateOptions extends Partial<Omit<JudgingOptions, 'method' | 'listed' | 'clicks'>> {
  progress?: Progress
}

/** What `selfsame evaluate --json` prints, with the shares of right answers of each line for a table. */
export interface Evaluation extends ReturnType<typeof evaluationOf> {
  /** By protocol and contender, fractions of 1. */
  scores: Record<string, PerContender<number>>
}

/**
 * Judges the run in a folder. All protocols but fine-tuning are asked unless some are named.
 * @param method of one's own, where the run was begun with one from TypeScript
 * @param listed its pictures, where they are listed already
 * @throws SelfsameError when the run has no checkpoint or the pictures do not fit its encoder
 */
export async function evaluateRun(
  folder: string,
  { progress = SILENT, protocols = BANK_PROTOCOLS, seed = 0, ...rest }: EvaluateOptions = {},
  method?: Method,
  listed?: Data,
): Promise<Evaluation> {
  const judgement = await judgeRun(
    folder,
    { ...rest, protocols, seed, ...(method && { method }), ...(listed && { listed }) },
    progress,
  )
  try {
    const scores = Object.fromEntries(
      judgement.table.map(({ name, scores }) => [name, each(scores, ({ mean }) => mean)]),
    )
    return { ...evaluationOf(folder, judgement), scores }
  } finally {
    judgement.shown.dispose()
  }
}
