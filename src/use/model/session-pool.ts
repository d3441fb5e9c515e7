/** Several sessions of one model as one: pictures are computed faster side by side than each by all threads. */
import { openSession, type Session } from './session.js'

/**
 * @param threads of all sessions together
 * @param sessions at least 1
 * @throws SelfsameError as `openSession`
 */
export async function openSessions(file: string, threads: number, sessions: number): Promise<Session> {
  const each = Math.max(1, Math.floor(threads / sessions))
  // the first may fail, and then for all
  const first = await openSession(file, each)
  if (sessions === 1) return first
  const others = await Promise.all(Array.from({ length: sessions - 1 }, () => openSession(file, each)))
  const all = [first, ...others].map((session) => ({ session, busy: 0 }))
  return {
    ...first,
    async run(data, shape, output) {
      const idlest = all.reduce((best, one) => (one.busy < best.busy ? one : best))
      idlest.busy++
      try {
        return await idlest.session.run(data, shape, output)
      } finally {
        idlest.busy--
      }
    },
    async close() {
      await Promise.all(all.map(({ session }) => session.close()))
    },
  }
}
