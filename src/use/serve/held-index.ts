/** An index that is opened anew when it changes on disk, while requests go on with the one that they began with. */
import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { UsageError } from '../../errors.js'
import type { PictureIndex } from '../store/index-reader.js'
import { type KnownRow, knownRows } from './known-rows.js'

/** ms between two looks at the file. */
const LOOKS = 1000

export interface Version {
  index: PictureIndex
  /** What is told of neighbours, by their rows. */
  about(rows: readonly number[]): Promise<KnownRow[]>
  /** Tells states of an index apart: the same row number may be another picture in another state. */
  name: string
}

export interface HeldIndex {
  /** Lets `work` have the index; it is not closed before. */
  use<T>(work: (version: Version) => Promise<T>): Promise<T>
  /** As it is now. */
  readonly now: Version
  close(): Promise<void>
}

/**
 * @param open opens it, once now and whenever its `index.json` has changed
 * @param model `Model.id` that its vectors must be of
 * @param note hears that it was opened anew, or why it could not be; the one before then stays
 * @throws what `open` throws, or UsageError for an index of another model
 */
export async function holdIndex(
  open: () => Promise<PictureIndex>,
  model: string,
  note: (sentence: string) => void,
): Promise<HeldIndex> {
  let held = await opened(open, model)
  let mark = await markOf(held.index.folder)
  let looked = performance.now()
  let looking: Promise<void> | undefined
  const closing: Promise<void>[] = []

  async function look(): Promise<void> {
    const now = await markOf(held.index.folder)
    if (now === mark) return
    // even where it cannot be opened: the same file would fail again
    mark = now
    try {
      const old = held
      held = await opened(open, model)
      old.leave()
      note(`the index has changed: ${held.index.size.toLocaleString('en')} pictures now`)
    } catch (error) {
      note(
        `the index has changed and cannot be opened, so the one before is kept: ${(error as Error).message}`,
      )
    }
  }

  return {
    async use(work) {
      if (!looking && performance.now() - looked > LOOKS) {
        looked = performance.now()
        looking = look().finally(() => {
          looking = undefined
        })
      }
      const version = held
      version.enter()
      try {
        return await work(version)
      } finally {
        version.leave()
      }
    },
    get now() {
      return held
    },
    async close() {
      await looking
      held.leave()
      await Promise.all(closing)
    },
  }

  /** Counts who uses it, the holder among them; the last one out closes it. */
  async function opened(open: () => Promise<PictureIndex>, model: string) {
    const index = await open()
    if (index.record.model.id !== model) {
      await index.close()
      throw new UsageError(
        `the index '${index.folder}' was made by another model than the one that is served; embed its pictures again with that, or serve the model '${index.record.model.from}'`,
      )
    }
    let users = 1
    return {
      index,
      about: knownRows(index),
      name: createHash('sha256').update(JSON.stringify(index.record)).digest('hex').slice(0, 12),
      enter: () => {
        users++
      },
      leave: () => {
        users--
        if (users === 0) closing.push(index.close().catch(() => {}))
      },
    }
  }
}

async function markOf(folder: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(join(folder, 'index.json'))
    return `${mtimeMs} ${size} ${ino}`
  } catch {
    return ''
  }
}
