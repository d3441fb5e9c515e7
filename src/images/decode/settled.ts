/** How a promise ended. */
export type Settled<T> = { value: T } | { error: unknown }

/** Waits for a promise without throwing, so that another one may be waited for first. */
export function settled<T>(promise: Promise<T>): Promise<Settled<T>> {
  return promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
}
