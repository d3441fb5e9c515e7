/** Results on disk, one line a trial, so that nothing is trained twice and a killed study goes on. */
import { dirname } from 'node:path'
import { z } from 'zod'
import type { DataFacts } from '../learn/presets.js'
import { makeFolder } from '../make-folder.js'
import { appendLine, isObject, readLines } from '../run/index.js'
import { explainWriteError } from '../write-error.js'
import type { Result } from './result.js'
import { type Trial, trialId } from './trial.js'

export interface Finished {
  id: string
  /** For people who read the file; the id alone identifies the trial. */
  row: string
  seed: number
  result: Result
}

/** What a page says of a set's pictures, which then need not be opened. */
export interface Remembered {
  data: string
  facts: DataFacts
  /** See `Trial`. */
  looks?: string
}

// results are read as this program wrote them, and not checked field by field
const storedLine = z.union([
  z.object({ id: z.string(), row: z.string(), seed: z.number(), result: z.custom<Result>(isObject) }),
  z.object({
    data: z.string(),
    facts: z.custom<DataFacts>(isObject),
    looks: z.string().exactOptional(),
  }),
])

export class Store {
  readonly #path: string
  readonly #known = new Map<string, Result>()
  readonly #sets = new Map<string, Remembered>()

  /** @param path a `.jsonl` file, there or not; a last line cut short by a kill is passed over */
  constructor(path: string) {
    this.#path = path
    for (const line of readLines(path, storedLine)) {
      if ('id' in line) this.#known.set(line.id, line.result)
      else this.#sets.set(line.data, line)
    }
  }

  get(trial: Trial): Result | undefined {
    return this.#known.get(trialId(trial))
  }

  pictures(data: string): Remembered | undefined {
    return this.#sets.get(data)
  }

  /** @throws SelfsameError when it cannot be written */
  remember(set: Remembered): void {
    if (JSON.stringify(this.#sets.get(set.data)) === JSON.stringify(set)) return
    this.#append(set)
    this.#sets.set(set.data, set)
  }

  /** @throws SelfsameError when it cannot be written */
  add(trial: Trial, row: string, result: Result): void {
    const id = trialId(trial)
    this.#append({ id, row, seed: trial.settings.seed, result } satisfies Finished)
    this.#known.set(id, result)
  }

  #append(line: Finished | Remembered): void {
    try {
      makeFolder(dirname(this.#path))
    } catch (error) {
      throw explainWriteError(error, this.#path)
    }
    appendLine(this.#path, storedLine, line)
  }
}
