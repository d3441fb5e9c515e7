/** Generators that tell events and end with a value, which `for await` would drop. */

/** The same events, each heard before it is passed on. */
export async function* heard<E, R>(
  events: AsyncGenerator<E, R>,
  hear: (event: E) => void,
): AsyncGenerator<E, R> {
  try {
    for (;;) {
      const { done, value } = await events.next()
      if (done) return value
      hear(value)
      yield value
    }
  } finally {
    await events.return(undefined as never)
  }
}

/** Runs to the end, which is what it returns. */
export async function ended<R>(events: AsyncGenerator<unknown, R>): Promise<R> {
  for (;;) {
    const { done, value } = await events.next()
    if (done) return value
  }
}
