/** Places for what a server holds at a time: who finds none is turned away at once, with when to come again. */
import { Refusal } from './refusal.js'

/** The pace is that of the last so many ms, the past counting less and less. */
const MEMORY = 10_000
const LONGEST_WAIT = 60

export interface Places {
  /** Takes so many, or refuses with 503. @returns gives them back, once */
  take(count: number): () => void
  /** Refuses with 503 where not one is left. */
  check(): void
  readonly taken: number
}

/** @param what they are, for the sentence */
export function places(most: number, what: string): Places {
  let taken = 0
  // places given back a ms
  let pace = 0
  let last = performance.now()

  const refusal = () => {
    const wait = pace > 0 ? Math.ceil(taken / pace / 1000) : 1
    const seconds = Math.min(LONGEST_WAIT, Math.max(1, wait))
    return new Refusal(
      503,
      `the server is busy: it holds ${taken} of at most ${most} ${what}; ask again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}`,
      { 'retry-after': String(seconds) },
    )
  }

  return {
    take(count) {
      if (count > most)
        throw new Refusal(413, `the request has ${count} ${what}, and the server holds at most ${most}`)
      if (taken + count > most) throw refusal()
      taken += count
      let back = false
      return () => {
        if (back) return
        back = true
        taken -= count
        const now = performance.now()
        const kept = Math.exp(-(now - last) / MEMORY)
        pace = pace * kept + count / MEMORY
        last = now
      }
    },
    check() {
      if (taken >= most) throw refusal()
    },
    get taken() {
      return taken
    },
  }
}
