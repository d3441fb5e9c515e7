import { closeSync } from 'node:fs'

/** One Ctrl-C comes from the terminal and, under npx, once more from npm: so soon it is no second one. In ms. */
const ECHO = 300

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Ctrl-C: the first asks to stop after the step, the second stops at once. A terminal that closes only asks. */
export class StopRequest {
  readonly #controller = new AbortController()
  readonly #heard: () => void
  #since = 0
  readonly #listener = (signal: NodeJS.Signals) => {
    const now = performance.now()
    if (this.requested) {
      // a closing terminal says so several times, and nobody is there to be impatient
      if (signal !== 'SIGHUP' && now - this.#since >= ECHO) process.exit(130)
      return
    }
    this.#controller.abort()
    this.#since = now
    this.#heard()
  }

  /** @param heard told once, when the first signal comes */
  constructor(heard: () => void) {
    this.#heard = heard
    for (const signal of SIGNALS) process.on(signal, this.#listener)
  }

  /** Aborted by the first signal. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  get requested(): boolean {
    return this.signal.aborted
  }

  /** Gives signals back their usual meaning. */
  end(): void {
    for (const signal of SIGNALS) process.off(signal, this.#listener)
  }
}

let left = false

/** The terminal is closed: Node would abort at its own end as it puts that in order, unless there is nothing to put in order. */
export function leaveTerminal(): void {
  if (left) return
  left = true
  process.on('exit', () => {
    for (const file of [0, 1, 2]) {
      try {
        closeSync(file)
      } catch {
        // closed already
      }
    }
  })
}
