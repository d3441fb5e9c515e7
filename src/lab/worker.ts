/** The other end of `pool.ts`, in a process of its own: networks that are wanted in, results out. */
import { type Cell, type Pictures, picturesOf, runCell } from './cell.js'
import { methodOf } from './plan.js'
import type { Result } from './result.js'
import type { Study } from './study.js'

/** A method made of parts does not go through a message, so it is looked up by study and row. */
export interface Task {
  cell: Cell
  study: string
  row: string
}
export type Answer = { share: number } | { result: Result } | { error: string }

/** Messages about progress are no oftener than this, in ms. */
const EVERY = 500

/** Answers every message of the parent until it goes away. */
export function serve(studies: Readonly<Record<string, Study>>): void {
  const opened = new Map<string, Promise<Pictures>>()
  const answer = (one: Answer) => process.send?.(one)
  process.on('message', async ({ cell, study, row }: Task) => {
    let told = 0
    try {
      const { base, rows } = studies[study] as Study
      const method = methodOf(base, rows.find(({ name }) => name === row) as Study['rows'][number])
      const result = await runCell(cell, method, await picturesOf(opened, cell), (share) => {
        const now = performance.now()
        if (now - told < EVERY) return
        told = now
        answer({ share })
      })
      answer({ result })
    } catch (error) {
      answer({ error: (error as Error).message })
    }
  })
  // Ctrl-C goes to all processes of the terminal; the parent decides
  process.on('SIGINT', () => {})
  process.on('disconnect', () => process.exit())
}
