import { readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'

const LOOK_MS = 300
const BEAT_MS = 10_000
const DEAD_MS = 60_000

/**
 * Runs `use` while no other process that locks the same path does. A lock whose process has ended is broken.
 * @param waiting told once when another process has it
 * @throws the file system's error when the lock's file cannot be written
 */
export async function withLock<T>(path: string, use: () => Promise<T>, waiting = () => {}): Promise<T> {
  const own = `${process.pid} ${hostname()}`
  for (let told = false; ; ) {
    try {
      await writeFile(path, own, { flag: 'wx' })
      break
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    if (await isDead(path)) {
      // looked at again where no other waiter breaks it: the lock may be a new one by now
      await withLock(`${path}.break`, async () => {
        if (await isDead(path)) await rm(path, { force: true })
      })
      continue
    }
    if (!told) waiting()
    told = true
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
  // a process elsewhere cannot be asked whether it lives, so it shows it
  const beat = setInterval(() => {
    const now = new Date()
    utimes(path, now, now).catch(() => undefined)
  }, BEAT_MS).unref()
  try {
    return await use()
  } finally {
    clearInterval(beat)
    await rm(path, { force: true })
  }
}

async function isDead(path: string): Promise<boolean> {
  try {
    const { mtimeMs } = await stat(path)
    if (Date.now() - mtimeMs > DEAD_MS) return true
    const [pid, ...host] = (await readFile(path, 'utf8')).split(' ')
    return host.join(' ') === hostname() && !isRunning(Number(pid))
  } catch {
    // the lock has gone meanwhile: nothing is there to break
    return false
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
