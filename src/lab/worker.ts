/** The other end of `pool.ts`, in a process of its own: trials in, results out. */
import { OpenedPictures } from './pictures.js'
import { methodOf } from './plan.js'
import type { Result } from './result.js'
import { runTrial } from './run-trial.js'
import type { Study } from './study.js'
import type { Trial } from './trial.js'

/** A method holds functions, which no message can carry, so it is looked up by study and row. */
export interface Task {
  trial: Trial
  study: string
  row: string
}
export type Answer = { share: number } | { result: Result } | { error: string }

/** Least time between two messages about progress, in ms. */
const EVERY = 500

/** Answers every message of the parent until it goes away. */
export function serve(studies: Readonly<Record<string, Study>>): void {
  const opened = new OpenedPictures()
  const answer = (one: Answer) => process.send?.(one)
  process.on('message', async ({ trial, study, row }: Task) => {
    let told = 0
    try {
      const { base, rows } = studies[study] as Study
      const method = methodOf(base, rows.find(({ name }) => name === row) as Study['rows'][number])
      const progress = (share: number) => {
        const now = performance.now()
        if (now - told < EVERY) return
        told = now
        answer({ share })
      }
      answer({ result: await runTrial(trial, method, await opened.of(trial), { progress }) })
    } catch (error) {
      answer({ error: (error as Error).message })
    }
  })
  // Ctrl-C goes to all processes of the terminal; the parent decides
  process.on('SIGINT', () => {})
  process.on('disconnect', () => process.exit())
}
