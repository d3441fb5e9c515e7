/** What a person sees while it works: one line that renews itself on a terminal, a plain line now and then elsewhere. */

import { duration } from '../duration.js'
import type { StepEvent, Verdict } from '../learn/index.js'
import { printable } from '../printable.js'
import type { LookLine } from '../run/index.js'
import type { Progress } from '../trainer/progress.js'
import { inOptions } from './option-words.js'

const TERMINAL_EVERY = 200
const PLAIN_EVERY = 10_000

/** The one whose line is being renewed. */
let open: TerminalProgress | undefined

/** Ends a renewed line that an error left open. */
export function endLine(): void {
  open?.close()
}

export class TerminalProgress implements Progress {
  readonly #out = process.stderr
  readonly #live = process.stderr.isTTY === true
  #shown = 0

  /** The training line. Shown at most every so often, and always for the last step. */
  step(event: StepEvent, verdict: Verdict | undefined, look?: LookLine): void {
    this.#show(trainingLine(event, verdict, look), event.step === event.totalSteps)
  }

  /**
   * A line for other long work, `done` of `total`.
   * @param began `performance.now()` when it began, to tell the time left
   * @param before of `done`, what was done before that
   */
  work(what: string, done: number, total: number, began?: number, before = 0): void {
    const share = (done - before) / (total - before)
    const left = began === undefined ? '' : timeLeft((performance.now() - began) / 1000, share)
    this.#show(`${what} ${percent(done / total)}${left}`, done === total)
  }

  /** A line that is renewed, for work that says itself how far it is. */
  line(text: string): void {
    this.#show(text, false)
  }

  /** A line that stays. */
  note(text: string): void {
    this.close()
    this.#out.write(`${printable(inOptions(text))}\n`)
  }

  /** Ends the renewed line, so that what follows begins on its own. */
  close(): void {
    if (open === this) this.#out.write('\n')
    open = undefined
  }

  #show(text: string, last: boolean): void {
    const now = performance.now()
    if (!last && now - this.#shown < (this.#live ? TERMINAL_EVERY : PLAIN_EVERY)) return
    this.#shown = now
    const line = printable(text)
    if (!this.#live) {
      this.#out.write(`${line}\n`)
      return
    }
    // a terminal that does not know its width says 0
    const width = this.#out.columns || 80
    this.#out.write(`\r\x1b[2K${line.slice(0, width - 1)}`)
    open = this
    if (last) this.close()
  }
}

/**
 * "epoch 3.2/12  loss 0.512  2,610 pictures/s  1 min 52 s left  waiting for data 0 %  k-NN 84 %  healthy".
 * @param look the last at what the network knows: "halves 23 %" where it was without labels
 */
export function trainingLine(event: StepEvent, verdict: Verdict | undefined, look?: LookLine): string {
  const { step, totalSteps, epoch, loss, imagesPerSecond, secondsLeft, dataWait } = event
  const epochs = (epoch / step) * totalSteps
  return [
    `epoch ${epoch.toFixed(1)}/${Number(epochs.toPrecision(3))}`,
    `loss ${loss.toFixed(3)}`,
    `${Math.round(imagesPerSecond).toLocaleString('en')} pictures/s`,
    `${duration(secondsLeft)} left`,
    `waiting for data ${percent(dataWait)}`,
    ...(look ? [look.type === 'probe' ? `k-NN ${percent(look.knn)}` : `halves ${percent(look.halves)}`] : []),
    ...(verdict ? [verdict.state] : []),
  ].join('  ')
}

/** ", 12 s left" after so many seconds, as soon as there is something to tell it by. */
export function timeLeft(seconds: number, share: number): string {
  return seconds < 1 || share <= 0 || share >= 1 ? '' : `, ${duration((seconds / share) * (1 - share))} left`
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}
