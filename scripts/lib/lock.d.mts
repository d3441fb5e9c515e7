/** Who has a lock. */
export interface Owner {
  pid: number
  host?: string
  /** Whether it is a process of this machine that can be looked for. */
  here: boolean
}

/**
 * Runs `work` while no other process that locks the same path does. A lock whose process has ended is broken; one of another
 * machine, whose processes cannot be asked, after half an hour without a heartbeat.
 * @param waiting told once when a living process has it; may throw to wait no longer
 * @throws the file system's error when the lock's file cannot be written
 */
export function withLock<T>(
  path: string,
  work: () => Promise<T>,
  waiting?: (owner: Owner) => void,
): Promise<T>
