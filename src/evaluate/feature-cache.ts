/** Banks of features on disk, in `RUN/features/`: what a second evaluation need not embed again. Safe to delete at any time. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { SelfsameError } from '../errors.js'
import { decodeSafetensors, safetensorsPieces } from '../nn/index.js'
import { openedWeights, readSealed, writeSealed, writeWeights } from '../run/index.js'
import { ops, scope, type Tensor, tensor } from '../torch/index.js'
import { elementSize } from '../torch/types.js'

/** One representation of a list of pictures. */
export interface CachedBank {
  /** float32 `[N, D]` features, or uint8 `[N, C, h, w]` pictures. The caller frees it. */
  rows: Tensor
  /** `[N]`: the index each row was read from. */
  used: Int32Array
}

/** Changes when the same key would mean other numbers. */
const FORMAT = 4
/** Of all banks of a run together, in bytes. */
const LIMIT = 2 ** 31

const keptResult = z.object({ result: z.unknown() })

/** A short name for everything that a bank depends on. */
export function cacheKey(dependsOn: Record<string, unknown>): string {
  const text = JSON.stringify({ format: FORMAT, ...dependsOn })
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}

export class FeatureCache {
  readonly #folder: string
  readonly #limit: number
  readonly #fresh: boolean

  /** @param options `fresh`: nothing is read, everything is written anew; `limit`: of all banks together, in bytes */
  constructor(run: string, options: { fresh?: boolean; limit?: number } = {}) {
    this.#folder = join(run, 'features')
    this.#fresh = options.fresh ?? false
    this.#limit = options.limit ?? LIMIT
  }

  /** Whether there is something by that name, sound or not. */
  has(key: string): boolean {
    return !this.#fresh && existsSync(this.#path(key))
  }

  /** The bank of that name, or undefined where there is none that is whole. */
  read(key: string): CachedBank | undefined {
    if (!this.has(key)) return undefined
    try {
      const bank = bankIn(this.#path(key))
      const now = new Date()
      // where the disk is read-only nothing is ever dropped, and its age tells nothing
      unlessReadOnly(() => utimesSync(this.#path(key), now, now))
      return bank
    } catch {
      // whatever is wrong with it, it can be made again
      unlessReadOnly(() => rmSync(this.#path(key), { force: true }))
      return undefined
    }
  }

  /** Keeps a bank, in place of those that were not asked for longest where the limit would be passed. */
  write(key: string, { rows, used }: CachedBank): void {
    scope(() => {
      const stored = smallest(rows)
      if (stored.numel * elementSize(stored.dtype) > this.#limit) return
      const tensors = new Map([
        ['rows', stored],
        ['used', tensor(used)],
      ])
      try {
        writeWeights(this.#path(key), (metadata) => safetensorsPieces(tensors, metadata))
        this.#dropOldest()
      } catch {
        // a full or read-only disk costs the next evaluation time, and this one nothing
      }
    })
  }

  /** The small result of that name, made and kept where there is none. */
  async result<T>(key: string, make: () => Promise<T>): Promise<T> {
    const kept = this.readResult<T>(key)
    if (kept !== undefined) return kept
    const made = await make()
    this.writeResult(key, made)
    return made
  }

  /** A small result kept beside the banks, or undefined where there is none that is whole. */
  readResult<T>(key: string): T | undefined {
    const path = this.#resultPath(key)
    if (this.#fresh || !existsSync(path)) return undefined
    const kept = readSealed(path, keptResult)
    if (!kept) unlessReadOnly(() => rmSync(path, { force: true }))
    return kept?.result as T | undefined
  }

  /** Keeps a result that JSON holds exactly: an infinite loss is found anew each time. */
  writeResult(key: string, value: unknown): void {
    if (!isDeepStrictEqual(JSON.parse(JSON.stringify(value)), value)) return
    try {
      writeSealed(this.#resultPath(key), keptResult, { result: value })
    } catch {
      // as with banks
    }
  }

  #resultPath(key: string): string {
    return join(this.#folder, `${key}.json`)
  }

  #path(key: string): string {
    return join(this.#folder, `${key}.safetensors`)
  }

  #dropOldest(): void {
    const files = readdirSync(this.#folder)
      .map((name) => join(this.#folder, name))
      .map((path) => ({ path, ...sizeOf(path) }))
      .sort((a, b) => a.used - b.used)
    let total = files.reduce((sum, { size }) => sum + size, 0)
    for (const { path, size } of files) {
      if (total <= this.#limit) return
      rmSync(path, { force: true })
      total -= size
    }
  }
}

function unlessReadOnly(change: () => void): void {
  try {
    change()
  } catch {
    // the cache is as good without
  }
}

function sizeOf(path: string): { size: number; used: number } {
  const { size, mtimeMs } = statSync(path)
  return { size, used: mtimeMs }
}

/** Rows that are looked at together: those of a float32 network are told by the first of them. */
const ROWS = 4096

/** Features of a bfloat16 network are stored in half the bytes where nothing is lost by it. */
function smallest(rows: Tensor): Tensor {
  if (rows.dtype !== 'float32') return rows
  const [count = 0] = rows.shape
  const blocks: Tensor[] = []
  for (let from = 0; from < count; from += ROWS) {
    const half = scope(() => {
      const block = rows.narrow(0, from, Math.min(ROWS, count - from))
      const half = block.to('bfloat16')
      return half.to('float32').eq(block).all().item() === 1 ? half : undefined
    })
    if (!half) return rows
    blocks.push(half)
  }
  return ops.cat(blocks)
}

/** @throws where there is none that is as it was written */
function bankIn(path: string): CachedBank {
  using file = openedWeights(path)
  if (!file?.isSound()) throw new SelfsameError(`${path} is damaged`)
  return scope(() => {
    const { tensors } = decodeSafetensors(file)
    const [rows, used] = [tensors.get('rows'), tensors.get('used')]
    if (!rows || !used) throw new SelfsameError(`${path} holds no bank`)
    return {
      rows: rows.dtype === 'bfloat16' ? rows.to('float32') : rows,
      used: new Int32Array(used.bytes().buffer),
    }
  })
}
