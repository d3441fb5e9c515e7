/** One process at a time trains into a run folder. */
import { UsageError } from '../errors.js'
import { withLock } from '../lock.js'
import { runPaths } from '../run/index.js'
import { explainWriteError } from '../write-error.js'

/** @throws UsageError when another process trains into the folder, SelfsameError when its lock cannot be written */
export async function alone<T>(folder: string, use: () => Promise<T>): Promise<T> {
  const { lock } = runPaths(folder)
  let locked = false
  const used = () => {
    locked = true
    return use()
  }
  try {
    return await withLock(lock, used, ({ pid, host, here }) => {
      const who = here ? `process ${pid}` : `process ${pid} of ${host}; if it has ended, remove ${lock}`
      throw new UsageError(
        `another process trains into ${folder} (${who}): wait for its end, or choose another folder`,
      )
    })
  } catch (error) {
    throw locked ? error : explainWriteError(error, lock)
  }
}

/**
 * The same for as long as it is not given back.
 * @returns what gives it back
 */
export async function keepAlone(folder: string): Promise<() => Promise<void>> {
  let giveBack = () => {}
  let over: Promise<void> | undefined
  await new Promise<void>((resolve, reject) => {
    over = alone(folder, () => {
      resolve()
      return new Promise((end) => {
        giveBack = end
      })
    })
    over.catch(reject)
  })
  return async () => {
    giveBack()
    await over
  }
}
