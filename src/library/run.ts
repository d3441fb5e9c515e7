/** A run as a library has it. */

import type { Verdict } from '../learn/collapse.js'
import type { Method } from '../learn/method.js'
import { readTraining, type TrainingSummary } from '../run/index.js'
import { ended, heard } from '../trainer/events.js'
import type { Progress } from '../trainer/progress.js'
import { continueRun, type RunEvent } from '../trainer/session.js'
import { type EvaluateOptions, type Evaluation, evaluateRun } from './evaluate.js'

type Loop = Parameters<typeof continueRun>[1]

export class Run implements AsyncIterable<RunEvent> {
  /** Where all of it is kept. */
  readonly folder: string
  readonly #method: Method
  readonly #loop: Loop
  readonly #progress: Progress
  #verdict: Verdict | undefined

  constructor(folder: string, method: Method, loop: Loop, progress: Progress) {
    this.folder = folder
    this.#method = method
    this.#loop = loop
    this.#progress = progress
  }

  /**
   * Trains from where the run is, to its end. Whoever leaves the loop stops it; it is saved then, and the next loop goes on.
   * @throws SelfsameError when the loss is no number any more
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<RunEvent, TrainingSummary> {
    const events = continueRun(this.folder, { ...this.#loop, method: this.#method }, this.#progress)
    return yield* heard(events, (event) => {
      if (event.type === 'measure') this.#verdict = event.verdict
    })
  }

  /** Trains to the end without listening. */
  finish(): Promise<TrainingSummary> {
    return ended(this[Symbol.asyncIterator]())
  }

  /** Whether it collapsed, by the last measurement; undefined before the first. */
  get collapse(): Pick<Verdict, 'state' | 'sentence' | 'remedy'> | undefined {
    return this.#verdict ?? readTraining(this.folder)?.collapse ?? undefined
  }

  /** Judges it: what `selfsame evaluate` finds. @throws as that */
  evaluate(options: EvaluateOptions = {}): Promise<Evaluation> {
    const { listed } = this.#loop
    return evaluateRun(this.folder, { progress: this.#progress, ...options }, this.#method, listed)
  }
}
