/** What is asked of a network now and then while it is trained. */
import type { Encoder } from '../encode/encoder.js'
import type { Look } from '../judge/index.js'
import type { LookLine } from '../run/index.js'
import type { Tensor } from '../torch/index.js'

type AnswerOf<L> = L extends LookLine ? Omit<L, 'step' | 'epoch'> : never
export type Answer = AnswerOf<LookLine>

/** What an encoder makes of the pictures of a question. */
export interface Seen {
  /** Float32 `[N, D]` each; whoever asked frees them. */
  rows: Tensor[]
  /** What such rows know, which may have more numbers beside them. */
  answer(rows: readonly Tensor[]): Answer
}

export interface Question extends Disposable {
  readonly by: Look['by']
  /** What is asked, in words. */
  readonly about: string
  /** Does what is done once, of which no look is to bear the cost. */
  prepare(): Promise<void>
  /** Shows it the pictures, in evaluation mode and without a graph. */
  see(encoder: Encoder): Promise<Seen>
}
