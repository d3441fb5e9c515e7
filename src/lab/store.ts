/** Finished networks on disk: one line each, so that nothing is trained twice and a killed study goes on. */
import { dirname } from 'node:path'
import { z } from 'zod'
import type { DataFacts } from '../learn/presets.js'
import { makeFolder } from '../make-folder.js'
import { appendLine, isObject, readLines } from '../run/index.js'
import { explainWriteError } from '../write-error.js'
import { type Cell, cellId } from './cell.js'
import type { Result } from './result.js'

export interface Finished {
  id: string
  /** For a reader of the file; the id says all. */
  row: string
  seed: number
  result: Result
}

/** What is known of a set's pictures, so that a page can be written without opening it. */
export interface Remembered {
  data: string
  facts: DataFacts
  /** See `Cell`. */
  looks?: string
}

// what a result holds is known by the code that made it
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

  get(cell: Cell): Result | undefined {
    return this.#known.get(cellId(cell))
  }

  set(data: string): Remembered | undefined {
    return this.#sets.get(data)
  }

  /** @throws SelfsameError when it cannot be written */
  remember(set: Remembered): void {
    if (JSON.stringify(this.#sets.get(set.data)) === JSON.stringify(set)) return
    this.#append(set)
    this.#sets.set(set.data, set)
  }

  /** @throws SelfsameError when it cannot be written */
  add(cell: Cell, row: string, result: Result): void {
    const id = cellId(cell)
    this.#append({ id, row, seed: cell.settings.seed, result } satisfies Finished)
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
