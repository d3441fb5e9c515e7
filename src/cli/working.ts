/** Work on an index that tells how far it is, and that Ctrl-C ends. */
import { SelfsameError } from '../errors.js'
import { TerminalProgress } from './progress.js'
import { StopRequest } from './stop.js'

export interface Working {
  signal: AbortSignal
  told(what: string, done: number, total: number): void
}

/** @throws SelfsameError when it was stopped */
export async function working<T>(work: (how: Working) => Promise<T>): Promise<T> {
  const progress = new TerminalProgress()
  const stop = new StopRequest(() => progress.note('Stopping. Ctrl-C again stops at once.'))
  let [phase, since] = ['', 0]
  try {
    return await work({
      signal: stop.signal,
      told(what, done, total) {
        if (what !== phase) since = performance.now()
        phase = what
        if (!stop.requested) progress.work(what, done, total, since)
      },
    })
  } catch (error) {
    if (stop.requested && error === stop.signal.reason)
      throw new SelfsameError('stopped before the end; nothing was written')
    throw error
  } finally {
    progress.close()
    stop.end()
  }
}
