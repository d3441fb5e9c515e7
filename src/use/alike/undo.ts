/** Moves back what `trashCopies` moved. */
import { existsSync, lstatSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, sep } from 'node:path'
import * as z from 'zod'
import { SelfsameError, UsageError } from '../../errors.js'
import { isPictureName } from '../../images/decode/formats.js'
import { printable } from '../../printable.js'
import { digestOf, move } from './trash.js'

const lineSchema = z.strictObject({
  from: z.string(),
  to: z.string(),
  digest: z.string(),
  kept: z.string(),
})

export interface Undone {
  restored: string[]
  /** What stays in the trash, and why. */
  left: { path: string; reason: string }[]
}

/** A log of ten million moves is shorter. */
const MOST_BYTES = 2 ** 32

/**
 * Moves everything back that a log names and that is still in its folder; a place that is taken is not written over. Done twice, or after
 * a kill, it goes on with what is left.
 * @throws UsageError when there is no such log, SelfsameError when it is none
 */
export async function undo(log: string, signal?: AbortSignal): Promise<Undone> {
  if (!existsSync(log))
    throw new UsageError(
      `there is no log ${printable(log)}; give an undo.jsonl that was written beside trashed pictures`,
    )
  if (statSync(log).size > MOST_BYTES) throw notALog(log)
  const folder = realpathSync(dirname(log))
  const result: Undone = { restored: [], left: [] }
  for (const { from, to, digest } of linesOf(log).reverse()) {
    signal?.throwIfAborted()
    const there = join(folder, to)
    // a log of a stranger moves only pictures, and only what lies beside it
    const within = !isAbsolute(to) && there.startsWith(folder + sep) && isAbsolute(from)
    if (!within || !isPictureName(from)) throw notALog(log)
    if (!existsSync(there)) {
      // it was moved back before, or never came to be moved
      if (!existsSync(from))
        result.left.push({ path: from, reason: `it is not in ${printable(folder)} any more` })
    } else if (!lstatSync(there).isFile() || !realpathSync(there).startsWith(folder + sep))
      result.left.push({ path: from, reason: 'what is in its place in the trash is no plain file' })
    else if (existsSync(from)) result.left.push({ path: from, reason: 'another file has its place now' })
    else if ((await digestOf(there)) !== digest)
      result.left.push({ path: from, reason: 'it was changed in the trash' })
    else {
      await move(there, from, digest)
      result.restored.push(from)
    }
  }
  return result
}

function linesOf(log: string): z.infer<typeof lineSchema>[] {
  const lines = readFileSync(log, 'utf8').split('\n')
  // a kill may have cut the last one short, and then nothing was moved for it
  const last = lines.pop()
  if (last === undefined) return []
  return lines.map((line) => {
    try {
      return lineSchema.parse(JSON.parse(line))
    } catch {
      throw notALog(log)
    }
  })
}

function notALog(log: string): SelfsameError {
  return new SelfsameError(
    `${printable(log)} is no log of moved pictures, or is damaged; nothing more was moved`,
  )
}
