/** Work of which only so much goes on at a time, in the order it came. */
import { Gone } from './refusal.js'

export interface Slots {
  /** @param signal aborted, work that has not begun never does. @throws Gone, or what the work throws */
  run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T>
  readonly waiting: number
  readonly working: number
}

export function slots(count: number): Slots {
  const waiting = new Set<() => void>()
  let working = 0

  const turn = (signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      const leave = () => {
        waiting.delete(begin)
        reject(new Gone())
      }
      const begin = () => {
        waiting.delete(begin)
        signal.removeEventListener('abort', leave)
        working++
        resolve()
      }
      if (signal.aborted) reject(new Gone())
      else if (working < count) begin()
      else {
        waiting.add(begin)
        signal.addEventListener('abort', leave)
      }
    })

  return {
    async run(signal, work) {
      await turn(signal)
      try {
        return await work()
      } finally {
        working--
        const [next] = waiting
        next?.()
      }
    },
    get waiting() {
      return waiting.size
    },
    get working() {
      return working
    },
  }
}
