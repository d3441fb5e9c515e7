/** Parts of a judgement that may come to nothing without taking the others with them. */
import { UsageError } from '../errors.js'
import { sentence } from '../sentence.js'

/** A part that failed, and why. */
export interface Failure {
  what: string
  reason: string
}

export class Attempts {
  readonly failures: Failure[]
  readonly #note: (text: string) => void
  readonly #signal: AbortSignal | undefined

  /**
   * @param note told of what the pictures do not allow, which is nobody's failure
   * @param failures to which those to come are added
   * @param signal whoever stops all of it is no failure of a part
   */
  constructor(note: (text: string) => void, failures: Failure[] = [], signal?: AbortSignal) {
    this.#note = note
    this.failures = failures
    this.#signal = signal
  }

  /**
   * What `body` gives; undefined, with a note or a failure, where it gives nothing.
   * @throws the reason of the signal, where that is why
   */
  async of<T>(what: string, body: () => Promise<T>): Promise<T | undefined> {
    try {
      return await body()
    } catch (error) {
      this.#signal?.throwIfAborted()
      this.left(what, error)
      return undefined
    }
  }

  /** `what` was left out because of `error`. */
  left(what: string, error: unknown): void {
    if (error instanceof UsageError) this.#note(`${what} was left out: ${error.message}.`)
    else this.failures.push({ what, reason: sentence(error) })
  }
}

/** What failed, a sentence each. */
export function failuresInWords(failures: readonly Failure[]): string[] {
  return failures.map(({ what, reason }) => `${what} failed: ${reason}; all else is without it.`)
}
