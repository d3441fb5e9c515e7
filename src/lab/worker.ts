/** The process that trains networks for `pool.ts`: cells in, results out. */

import type { Method } from '../learn/method.js'
import type { Cell, Pictures } from './cell.js'
import { runCell } from './cell.js'
import { methodOf } from './plan.js'
import { picturesOf } from './pool.js'
import type { Result } from './result.js'
import { STUDIES } from './studies/index.js'

/** A method made of parts does not go through a message, so the worker looks it up by study and row. */
export interface Task {
  cell: Cell
  study: string
  row: string
}
export type Answer = { share: number } | { result: Result } | { error: string }

/** Messages about progress are no oftener than this, in ms. */
const EVERY = 500

const opened = new Map<string, Promise<Pictures>>()
const answer = (one: Answer) => process.send?.(one)

process.on('message', async ({ cell, study, row }: Task) => {
  let told = 0
  try {
    const method = methodFor(study, row)
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
function methodFor(name: string, rowName: string): Method {
  const study = STUDIES[name]
  const row = study?.rows.find((one) => one.name === rowName)
  if (!study || !row) throw new RangeError(`there is no row '${rowName}' in a study '${name}'`)
  return methodOf(study.base, row)
}

// Ctrl-C goes to all processes of the terminal; the parent decides
process.on('SIGINT', () => {})
process.on('disconnect', () => process.exit())
