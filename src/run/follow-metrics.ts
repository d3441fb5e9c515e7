/** metrics.jsonl of a run that may be in training, line by line as it grows. */
import { closeSync, fstatSync, openSync, readSync, statSync, watch } from 'node:fs'
import { type MetricsLine, metricsLine } from './format.js'
import { jsonOf } from './json.js'
import { checked } from './lines.js'
import { openRun, runPaths } from './run-folder.js'

/** A run was gone on with from an earlier step: what was told before is void, and all of the file follows anew. */
export interface Rewound {
  type: 'rewound'
}

/** Disks of a network tell nobody that a file has changed. */
const LOOK_EVERY_MS = 1000
const NEWLINE = 0x0a

/**
 * Tells every line of a run's metrics, those that are there and then those that come, until the signal aborts or the loop is
 * left: a run that has ended may be gone on with. A line that is not yet whole is waited for, one that is damaged left out.
 * @throws UsageError when there is no run, SelfsameError when it cannot be read
 */
export async function* followMetrics(
  folder: string,
  { signal }: { signal?: AbortSignal | undefined } = {},
): AsyncGenerator<MetricsLine | Rewound, void> {
  openRun(folder)
  using tail = new Tail(runPaths(folder).metrics)
  using changes = new Changes(folder, signal)
  while (!signal?.aborted) {
    // what changes while it is being told is not slept over
    const changed = changes.next()
    for (const line of tail.read()) {
      yield line
      if (signal?.aborted) return
    }
    await changed
  }
}

/** Reads what was added to a file, which may be replaced by a shorter one at any time. */
class Tail implements Disposable {
  readonly #path: string
  #file: number | undefined
  /** Behind the last whole line. */
  #at = 0

  constructor(path: string) {
    this.#path = path
  }

  *read(): Generator<MetricsLine | Rewound> {
    if (this.#reopen()) yield { type: 'rewound' }
    if (this.#file === undefined) return
    // it may have become shorter just now
    const added = Buffer.alloc(Math.max(0, fstatSync(this.#file).size - this.#at))
    const got = readSync(this.#file, added, 0, added.length, this.#at)
    const end = added.subarray(0, got).lastIndexOf(NEWLINE) + 1
    this.#at += end
    for (const line of added.toString('utf8', 0, end).split('\n')) yield* checked(jsonOf(line), metricsLine)
  }

  /** Opens the file that has the name now; whether what was read of it does not hold any more. */
  #reopen(): boolean {
    const now = statSync(this.#path, { throwIfNoEntry: false })
    const before = this.#file === undefined ? undefined : fstatSync(this.#file)
    // a file that is open keeps its number
    const same = now !== undefined && before?.ino === now.ino && before.dev === now.dev
    if (same && before.size >= this.#at) return false
    const told = this.#at > 0
    this.#at = 0
    if (same) return told
    this[Symbol.dispose]()
    this.#file = now && openSync(this.#path, 'r')
    return told
  }

  [Symbol.dispose](): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }
}

/** Waits until something in a folder may have changed. */
class Changes implements Disposable {
  readonly #signal: AbortSignal | undefined
  readonly #watcher: { close(): void } | undefined
  #wake = () => {}
  readonly #change = () => this.#wake()

  constructor(folder: string, signal: AbortSignal | undefined) {
    this.#signal = signal
    signal?.addEventListener('abort', this.#change)
    try {
      // a follower that was forgotten keeps no process alive
      this.#watcher = watch(folder, { persistent: false }, this.#change).on('error', () => {})
    } catch {
      // as many are watched as the system allows: looking now and then is enough
    }
  }

  next(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, LOOK_EVERY_MS)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  [Symbol.dispose](): void {
    this.#signal?.removeEventListener('abort', this.#change)
    this.#watcher?.close()
    // no timer keeps the process
    this.#wake()
  }
}
