/** Ctrl-C: the first asks to stop after the step, the second stops at once. */
export class StopRequest {
  #signal: NodeJS.Signals | undefined
  readonly #heard: () => void
  readonly #listener = (signal: NodeJS.Signals) => {
    if (this.#signal) process.exit(130)
    this.#signal = signal
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
