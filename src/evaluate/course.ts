/** How far a work of several stages is, as a whole. */
import { duration } from '../duration.js'
import type { Progress } from '../trainer/progress.js'

export interface Stage {
  name: string
  /** Guessed seconds: only their ratios matter, and only until a stage has begun. */
  weight: number
}

export class Course {
  readonly #progress: Progress
  readonly #stages: readonly Stage[]
  readonly #began = performance.now()
  #at = -1
  #stageBegan = 0

  constructor(progress: Progress, stages: readonly Stage[]) {
    this.#progress = progress
    this.#stages = stages
  }

  /** Begins the next stage. Returns what tells how far it is, and what is done in it. */
  next(): (done: number, total: number, what?: string) => void {
    this.#at++
    this.#stageBegan = performance.now()
    this.#show(0)
    return (done, total, what) => this.#show(done / total, what)
  }

  #show(share: number, what?: string): void {
    const stage = this.#stages[this.#at]
    if (!stage) return
    const weigh = (stages: readonly Stage[]) => stages.reduce((sum, { weight }) => sum + weight, 0)
    const before = weigh(this.#stages.slice(0, this.#at))
    const whole = (before + share * stage.weight) / weigh(this.#stages)
    const left = this.#secondsLeft(share)
    const time = left === undefined || left < 1 ? '' : `, ${duration(left)} left`
    this.#progress.line(`Judging ${Math.round(100 * whole)} %${time}: ${what ?? stage.name}`)
  }

  /** Of this stage by its own pace, of those to come by the pace of all so far. */
  #secondsLeft(share: number): number | undefined {
    const now = performance.now()
    const weights = this.#stages.map(({ weight }) => weight)
    const own = weights[this.#at] as number
    const sum = (some: readonly number[]) => some.reduce((total, weight) => total + weight, 0)
    const done = sum(weights.slice(0, this.#at)) + share * own
    const seconds = (now - this.#began) / 1000
    if (seconds < 1 || done <= 0) return undefined
    const pace = seconds / done
    const inStage = (now - this.#stageBegan) / 1000
    const stageLeft = share > 0.05 ? (inStage / share) * (1 - share) : pace * own * (1 - share)
    return stageLeft + pace * sum(weights.slice(this.#at + 1))
  }
}
