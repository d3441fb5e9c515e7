/** One Ctrl-C comes from the terminal and, under npx, once more from npm: so soon it is no second one. In ms. */
const ECHO = 300

/** Ctrl-C: the first asks to stop after the step, the second stops at once. */
export class StopRequest {
  #signal: NodeJS.Signals | undefined
  readonly #heard: () => void
  #since = 0
  readonly #listener = (signal: NodeJS.Signals) => {
    const now = performance.now()
    if (this.#signal) {
      if (now - this.#since >= ECHO) process.exit(130)
      return
    }
    this.#signal = signal
    this.#since = now
    this.#heard()
  }

  /** @param heard told once, when the first signal comes */
  constructor(heard: () => void) {
    this.#heard = heard
    process.on('SIGINT', this.#listener)
    process.on('SIGTERM', this.#listener)
  }

  get requested(): boolean {
    return this.#signal !== undefined
  }

  /** Gives signals back their usual meaning. */
  end(): void {
    process.off('SIGINT', this.#listener)
    process.off('SIGTERM', this.#listener)
  }
}
