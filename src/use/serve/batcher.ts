/** Questions of many requests, answered together: what comes while one run is under way makes up the next. */
import { Gone } from './refusal.js'

export interface Batcher<Q, A> {
  /**
   * @param signal aborted, the question is taken out, or its answer is dropped where the run has begun
   * @throws Gone when `signal` is aborted; whatever the run throws
   */
  ask(question: Q, signal: AbortSignal): Promise<A>
  readonly waiting: number
  /** In the run that is under way. */
  readonly working: number
  /** When the run that is under way began, on the clock of `performance.now()`. */
  readonly since: number | undefined
  /** Waits until nothing is asked any more. */
  idle(): Promise<void>
}

interface Waiting<Q, A> {
  question: Q
  resolve(answer: A): void
  reject(error: unknown): void
}

/**
 * Nothing waits for company: a question that comes alone runs at once, and batches fill by themselves as load grows.
 * Where a run of several fails, each is run alone, so that one bad question takes no others with it.
 * @param most questions in a run
 * @param run gives as many answers as there are questions, in their order
 */
export function batcher<Q, A>(
  most: number,
  run: (questions: readonly Q[]) => Promise<readonly A[]>,
): Batcher<Q, A> {
  const waiting = new Set<Waiting<Q, A>>()
  let working = 0
  let since: number | undefined

  async function work(): Promise<void> {
    // what arrives in the same turn goes along
    await Promise.resolve()
    while (waiting.size > 0) {
      const batch = [...take(waiting, most)]
      working = batch.length
      since = performance.now()
      await answer(batch)
      working = 0
      since = undefined
    }
  }

  async function answer(batch: readonly Waiting<Q, A>[]): Promise<void> {
    try {
      const answers = await run(batch.map(({ question }) => question))
      for (const [i, { resolve }] of batch.entries()) resolve(answers[i] as A)
    } catch (error) {
      if (batch.length === 1) batch[0]?.reject(error)
      else for (const one of batch) await answer([one])
    }
  }

  let running: Promise<void> | undefined
  return {
    ask: (question, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(new Gone())
          return
        }
        const leave = () => {
          waiting.delete(one)
          reject(new Gone())
        }
        const one: Waiting<Q, A> = {
          question,
          resolve: (answer) => {
            signal.removeEventListener('abort', leave)
            resolve(answer)
          },
          reject: (error) => {
            signal.removeEventListener('abort', leave)
            reject(error)
          },
        }
        signal.addEventListener('abort', leave)
        waiting.add(one)
        running ??= work().finally(() => {
          running = undefined
        })
      }),
    get waiting() {
      return waiting.size
    },
    get working() {
      return working
    },
    get since() {
      return since
    },
    async idle() {
      while (running) await running
    },
  }
}

/** Takes the first out of a set. */
function* take<T>(set: Set<T>, count: number): Iterable<T> {
  for (const one of set) {
    if (count-- <= 0) return
    set.delete(one)
    yield one
  }
}
