/** Long sums that pause now and then, so that whoever waits for them can be heard. */

import { noGrad, pausingScope } from '../torch/index.js'

/** Work that yields between its parts. */
export type Steps<T> = Generator<void, T, void>

/** Parts that are done one after the other without a look up, in ms. */
const BLINK = 100

/** Does all of it at once. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

/**
 * Does all of it, and lets what waits come to its turn between the parts.
 * @throws the signal's reason when it is aborted; all that the work had made is freed then
 */
export async function finishHearing<T>(steps: Steps<T>, signal?: AbortSignal): Promise<T> {
  let looked = performance.now()
  try {
    for (;;) {
      const { done, value } = steps.next()
      if (done) return value
      if (performance.now() - looked < BLINK) continue
      await new Promise(setImmediate)
      signal?.throwIfAborted()
      looked = performance.now()
    }
  } finally {
    steps.return(undefined as never)
  }
}

/** A scope without a graph that may pause: neither holds for what runs meanwhile. */
export function* scoped<T>(body: () => Steps<T>): Steps<T> {
  const steps = pausingScope(body)
  try {
    for (;;) {
      const { done, value } = noGrad(() => steps.next())
      if (done) return value
      yield
    }
  } finally {
    steps.return(undefined as never)
  }
}
