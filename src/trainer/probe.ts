/** The online probe: what the features are worth while they are still being learned. */
import type { Source } from '../images/index.js'
import type { Look } from '../judge/index.js'
import { planRun } from '../learn/schedule.js'
import { representation, representationParts, type TrainingState } from '../learn/state.js'
import { solvedSteps } from '../learn/step.js'
import type { StepEvent } from '../learn/train.js'
import type { LookLine } from '../run/index.js'
import { ops, scope, type Tensor } from '../torch/index.js'
import { askClasses } from './ask-classes.js'
import { askViews } from './ask-views.js'
import type { Question } from './question.js'

/** Probes of a run, and the share of its time that they may take, unless the user says how often. */
const TIMES = 10
const TIME_SHARE = 0.03

/**
 * Asks now and then what the network that will be judged knows: of classes, or, where none are known, of views that no training has. It draws
 * from no generator of training and writes to no tensor of it, so that the weights are the same to the bit with and without it.
 */
export class Probe {
  readonly #state: TrainingState
  readonly #question: Question
  /** Epochs between two probes, where the user said; else there are about ten, and they may be put off to save time. */
  readonly #every: number | undefined
  #lastEpoch: number
  #lastTime = performance.now()
  /** Seconds that the last probe took, without what need not be done again. */
  #cost = 0
  /** Steps that are solved: what they end with is nothing before their end. */
  readonly #solved: number
  /** Vectors of the part that stays as it is while the rest is trained. */
  #final: Tensor[] | undefined

  private constructor(
    state: TrainingState,
    question: Question,
    every: number | undefined,
    epoch: number,
    solved: number,
  ) {
    this.#solved = solved
    this.#state = state
    this.#question = question
    this.#every = every
    this.#lastEpoch = epoch
  }

  /**
   * @param every epochs between two probes; 0 for none, undefined for about ten in a run
   * @param epoch at which training goes on
   * @param badShare of unreadable pictures at which to stop; 0.05 unless given
   * @returns nothing where it is turned off, or where too few pictures can be asked about
   */
  static of(
    state: TrainingState,
    pictures: Source,
    every: number | undefined,
    epoch: number,
    badShare?: number,
  ): Probe | undefined {
    if (every === 0) return undefined
    const { settings } = state
    const plan = planRun(settings, pictures.size, state.stretches)
    const solved = solvedSteps(state, plan)
    const question =
      askClasses(pictures, settings, badShare) ??
      // where all steps are solved there is one look, and nothing to compare it with
      (solved < plan.totalSteps ? askViews(pictures, settings, badShare) : undefined)
    return question && new Probe(state, question, every, epoch, solved)
  }

  /** What it asks about, in words. */
  get about(): string {
    return this.#question.about
  }

  get by(): Look['by'] {
    return this.#question.by
  }

  /** Asks, if it is time to: at every so many epochs counted from the start of the run, and at its end. */
  async after({ step, totalSteps, epoch }: StepEvent): Promise<LookLine | undefined> {
    // of the run as long as it is to be by now
    const every = this.#every ?? (epoch * totalSteps) / step / TIMES
    const passed = Math.floor(epoch / every + 1e-9) > Math.floor(this.#lastEpoch / every + 1e-9)
    const waited = (performance.now() - this.#lastTime) / 1000
    const affordable = this.#every !== undefined || waited * TIME_SHARE >= this.#cost
    if (step < totalSteps && !(passed && affordable && step >= this.#solved)) return undefined
    this.#lastEpoch = epoch
    return await this.look(step, epoch)
  }

  /** Asks now. */
  async look(step: number, epoch: number): Promise<LookLine> {
    await this.#question.prepare()
    const parts = step >= this.#solved ? representationParts(this.#state) : undefined
    if (parts) this.#final ??= (await this.#question.see(parts[0])).rows
    const began = performance.now()
    const { rows, answer } = await this.#question.see(parts ? parts[1] : representation(this.#state))
    try {
      const final = this.#final
      const found = scope(() =>
        answer(final ? rows.map((own, i) => ops.cat([final[i] as Tensor, own], 1)) : rows),
      )
      this.#lastTime = performance.now()
      this.#cost = (this.#lastTime - began) / 1000
      return { step, epoch, ...found }
    } finally {
      for (const one of rows) one.dispose()
    }
  }

  /** Frees what is remembered of pictures. */
  dispose(): void {
    for (const rows of this.#final ?? []) rows.dispose()
    this.#final = undefined
    this.#question[Symbol.dispose]()
  }
}
