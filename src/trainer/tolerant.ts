/** Writing that may fail. */
import type { Progress } from './progress.js'

/** A full disk must not end a long run: says so once, and the work goes on. */
export function tolerant<Args extends unknown[]>(
  progress: Progress,
  write: (...args: Args) => void,
): (...args: Args) => boolean {
  let troubled = false
  return (...args) => {
    try {
      write(...args)
      return true
    } catch (error) {
      if (!troubled) progress.note(`Warning: ${(error as Error).message}; training goes on.`)
      troubled = true
      return false
    }
  }
}
