/** The online probe: what the features are worth while they are still being learned. */

import type { Bank } from '../encode/bank.js'
import { embedSides } from '../encode/embed-sides.js'
import type { Encoder } from '../encode/encoder.js'
import { cached, classCount, labelledPart, type Source, subset } from '../images/index.js'
import { holdOut, labelledShare, type OnlineScores, onlineScores } from '../judge/index.js'
import { planRun } from '../learn/schedule.js'
import { preprocessOf } from '../learn/settings.js'
import { representation, representationParts, type TrainingState } from '../learn/state.js'
import { solvedSteps } from '../learn/step.js'
import type { StepEvent } from '../learn/train.js'
import type { ProbeLine } from '../run/index.js'
import { keep, ops, scope, type Tensor } from '../torch/index.js'

/** Labelled pictures that are learned from, and others that are asked about. */
const KNOWN = 2000
const ASKED = 1000
/** Probes of a run, and the share of its time that they may take, unless the user says how often. */
const TIMES = 10
const TIME_SHARE = 0.03

/**
 * Asks now and then how well a k-NN and a linear classifier read the classes off the network that will be judged, in
 * evaluation mode and without a graph. It draws from no generator of training and writes to no tensor of it, so that
 * the weights are the same to the bit with and without it.
 */
export class Probe {
  readonly #state: TrainingState
  readonly #parts: Parts
  readonly #badShare: number | undefined
  /** Epochs between two probes, where the user said; else there are about ten, and they may be put off to save time. */
  readonly #every: number | undefined
  #lastEpoch: number
  #lastTime = performance.now()
  /** Seconds that the last probe took, without what need not be done again. */
  #cost = 0
  /** Steps that are solved: what they end with is nothing before their end. */
  readonly #solved: number
  /** Vectors of the part that stays as it is while the rest is trained. */
  #final: { train: Tensor; test: Tensor } | undefined

  private constructor(
    state: TrainingState,
    parts: Parts,
    every: number | undefined,
    epoch: number,
    solved: number,
    badShare: number | undefined,
  ) {
    this.#badShare = badShare
    this.#solved = solved
    this.#state = state
    this.#parts = { ...parts, train: cached(parts.train), test: cached(parts.test) }
    this.#every = every
    this.#lastEpoch = epoch
  }

  /**
   * @param every epochs between two probes; 0 for none, undefined for about ten in a run
   * @param epoch at which training goes on
   * @param badShare of unreadable pictures at which to stop; 0.05 unless given
   * @returns nothing where it is turned off, or where fewer than two classes or too few pictures with a class are known
   */
  static of(
    state: TrainingState,
    pictures: Source,
    every: number | undefined,
    epoch: number,
    badShare?: number,
  ): Probe | undefined {
    const parts = every === 0 ? undefined : partsOf(pictures, state.settings.seed)
    const solved = solvedSteps(state, planRun(state.settings, pictures.size, state.stretches))
    return parts && new Probe(state, parts, every, epoch, solved, badShare)
  }

  /** What it asks about, in words. */
  get about(): string {
    const { train, test } = this.#parts
    const count = (value: number) => value.toLocaleString('en')
    return `k-NN: ${count(test.size)} training pictures are classified by ${count(train.size)} other labelled ones now and then`
  }

  /** Asks, if it is time to: at every so many epochs counted from the start of the run, and at its end. */
  async after({ step, totalSteps, epoch }: StepEvent): Promise<ProbeLine | undefined> {
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
  async look(step: number, epoch: number): Promise<ProbeLine> {
    const parts = step >= this.#solved ? representationParts(this.#state) : undefined
    if (parts) this.#final ??= await this.#vectorsOf(parts[0])
    const began = performance.now()
    const scores = await this.#ask(parts ? parts[1] : representation(this.#state))
    this.#lastTime = performance.now()
    this.#cost = (this.#lastTime - began) / 1000
    return { type: 'probe', step, epoch, ...scores }
  }

  /** Frees what is remembered of pictures. */
  dispose(): void {
    for (const rows of Object.values(this.#final ?? {})) rows.dispose()
    this.#final = undefined
  }

  async #ask(encoder: Encoder): Promise<OnlineScores> {
    using embedded = await this.#embedded(encoder)
    const [{ train, test }] = embedded.banks
    const final = this.#final
    if (!final) return onlineScores(train, test)
    const beside = (first: Tensor, bank: Bank) => ({ ...bank, features: ops.cat([first, bank.features], 1) })
    return scope(() => onlineScores(beside(final.train, train), beside(final.test, test)))
  }

  async #vectorsOf(encoder: Encoder): Promise<{ train: Tensor; test: Tensor }> {
    using embedded = await this.#embedded(encoder)
    const [{ train, test }] = embedded.banks
    return keep(scope(() => ({ train: train.features.clone(), test: test.features.clone() })))
  }

  #embedded(encoder: Encoder) {
    const options = { classes: this.#parts.classes, badShare: this.#badShare }
    return embedSides(this.#parts, [encoder], preprocessOf(this.#state.settings), options)
  }
}

/** Labelled training pictures that are learned from, and others that are asked about. */
interface Parts {
  train: Source
  test: Source
  /** Of all that are known. */
  classes: number
}

/**
 * Labelled training pictures, in each class alike, a third of them to be asked about: how long to train is judged by them,
 * and what the test pictures are for is to say how good it came out.
 */
function partsOf(pictures: Source, seed: number): Parts | undefined {
  const all = labelledPart(pictures)
  const { labels } = all
  if (!labels || new Set(labels.filter((label) => label >= 0)).size < 2) return undefined
  const drawn = (labels: Int32Array, count: number) =>
    labelledShare(labels, Math.min(1, count / labels.length), seed)
  const { kept, held } = holdOut(labels, drawn(labels, KNOWN + ASKED), ASKED / (KNOWN + ASKED), seed)
  if (held.length === 0) return undefined
  return { train: subset(all, kept), test: subset(all, held), classes: classCount(all) }
}
