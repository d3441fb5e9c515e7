/** Sessions by what they were loaded from: one that is used twice is loaded once, and freed by the last who closes it. */
import type { Session } from './session.js'

interface Shared {
  session: Promise<Session>
  users: number
}

const sessions = new Map<string, Shared>()

/** How many sessions are loaded, for tests. */
export function loadedSessions(): number {
  return sessions.size
}

/** @param load called unless there is one already */
export async function sharedSession(
  key: string,
  load: () => Promise<Session>,
): Promise<{ session: Session; release: () => Promise<void> }> {
  const shared = sessions.get(key) ?? { session: load(), users: 0 }
  sessions.set(key, shared)
  shared.users++
  let released = false
  const release = async () => {
    if (released) return
    released = true
    if (--shared.users > 0) return
    sessions.delete(key)
    await (await shared.session).close()
  }
  try {
    return { session: await shared.session, release }
  } catch (error) {
    if (sessions.get(key) === shared) sessions.delete(key)
    throw error
  }
}
