/** A folder for a new run, where an earlier one may lie. */
import { existsSync, renameSync, rmSync } from 'node:fs'
import { isRun, openRun, type RunRecord, runPaths } from '../run/index.js'
import { alone } from './alone.js'
import { isUnfinished } from './kept.js'
import type { Progress } from './progress.js'

/**
 * Says whether to go on with the unfinished run in a folder; moves any other run out of the way, since nothing may be lost.
 * @param wanted whether the run is the one that is asked for
 * @throws UsageError when another process trains into it
 */
export async function makeRoom(
  run: string,
  wanted: (record: RunRecord) => boolean,
  progress: Progress,
): Promise<boolean> {
  if (!isRun(run)) return false
  const record = openRun(run)
  if (wanted(record) && isUnfinished(run, record)) {
    progress.note(`Going on with the unfinished run in ${run}`)
    return true
  }
  // held until it is away, so that nobody begins to train into what is moved
  const moved = await alone(run, async () => {
    let number = 1
    while (existsSync(`${run}.${number}`)) number++
    const to = `${run}.${number}`
    renameSync(run, to)
    // it went along, and would name a process that lives
    rmSync(runPaths(to).lock, { force: true })
    return to
  })
  progress.note(`The earlier run is now ${moved}`)
  return false
}
