/** Work that must come to its end: Node ends quietly, and as if all were well, where nothing is left to wait for. */
import { printable } from './printable.js'

let allowed = false

/**
 * Runs `body`. Where the process ends before it has, as by `process.exit()` in a user's program or a promise that nobody keeps,
 * that is said and is a failure.
 * @param sentence what to say then
 */
export async function finishing<T>(sentence: string, body: () => Promise<T>): Promise<T> {
  const unfinished = () => {
    if (allowed || process.exitCode) return
    console.error(`selfsame: ${printable(sentence)}`)
    process.exitCode = 1
  }
  // before those around it, as it knows more
  process.prependListener('exit', unfinished)
  try {
    return await body()
  } finally {
    process.off('exit', unfinished)
  }
}

/** From here on the process may end whatever is unfinished: nobody reads any more. */
export function letEnd(): void {
  allowed = true
}
