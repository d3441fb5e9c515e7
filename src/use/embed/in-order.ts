/** Work on many things at once whose results come in their order. */

/**
 * @param active how many are worked on at once, at most
 * @param ahead results that may wait for their turn, at most
 */
export async function* inOrder<T, R>(
  things: Iterable<T>,
  work: (thing: T) => Promise<R>,
  active: number,
  ahead: number,
): AsyncGenerator<R, void, undefined> {
  const waiting: (() => void)[] = []
  let running = 0
  const limited = async (thing: T) => {
    if (running >= active) await new Promise<void>((resolve) => waiting.push(resolve))
    else running++
    try {
      return await work(thing)
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
  const begun: Promise<R>[] = []
  const iterator = things[Symbol.iterator]()
  try {
    for (;;) {
      while (begun.length < ahead) {
        const next = iterator.next()
        if (next.done) break
        const result = limited(next.value)
        // an error is thrown when its turn comes; until then it must not count as unhandled
        result.catch(() => {})
        begun.push(result)
      }
      const first = begun.shift()
      if (first === undefined) return
      yield await first
    }
  } finally {
    iterator.return?.()
    // whoever leaves early must not find reads going on behind
    await Promise.allSettled(begun)
  }
}
