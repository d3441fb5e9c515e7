/**
 * An index is made and updated in one way: what is new or changed is embedded in pieces, put together as parts, and named by
 * `index.json` in one step. Until then all that was there is whole, and what a kill leaves is gone on with.
 */
import { readdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { SelfsameError, UsageError } from '../../errors.js'
import { Quarantine } from '../../images/index.js'
import { samePlace } from '../../images/same-place.js'
import { withLock } from '../../lock.js'
import { makeFolder } from '../../make-folder.js'
import { setting } from '../../setting.js'
import { explainWriteError } from '../../write-error.js'
import { embedPieces } from '../embed/embed.js'
import { type ListingOptions, listed } from '../embed/listing.js'
import { Pieces } from '../embed/pieces.js'
import { everything } from '../embed/todo.js'
import type { Model } from '../model/model.js'
import {
  INDEX_FORMAT,
  type IndexRecord,
  LOCK,
  PART_ROWS,
  rowsName,
  UNFINISHED,
  vectorsName,
} from './format.js'
import { indexOf } from './open-index.js'
import { planUpdate } from './plan-update.js'
import { recordIfAny, writeRecord } from './record.js'
import { REMEDIES } from './remedies.js'
import { pieceOf, writeParts } from './write-parts.js'

export interface UpdateOptions extends ListingOptions {
  /** Share of unreadable pictures at which to stop; 0.05 unless given. */
  badShare?: number | undefined
  /** Pictures that the network sees at once. */
  batch?: number | undefined
  /** Pictures that are kept together, which a kill costs at most: 512 unless given. */
  piece?: number | undefined
  /** Takes out a set that is in the index and not named. */
  force?: boolean | undefined
  progress?: ((done: number, total: number) => void) | undefined
  /** Told once of what was left out, and the like. */
  note?: ((text: string) => void) | undefined
  /** Stops between two batches with its reason as error; the same call goes on. */
  signal?: AbortSignal | undefined
}

/** What came of it. */
export interface Updated {
  /** Pictures in the index. */
  size: number
  /** New or changed, which the network saw. */
  embedded: number
  /** Known by their bytes: moved, copied or touched. */
  moved: number
  kept: number
  /** Rows that are no longer there, those of changed and moved pictures among them. */
  removed: number
  unread: readonly { path: string; reason: string }[]
}

/**
 * Makes the index in a folder, or brings it to what the sets hold now: pictures that are new or have changed are embedded, those
 * that are gone are taken off, those that were moved or copied are known by their bytes.
 * @param data all that is to be in it
 * @throws UsageError where the folder holds something else, the index is of another model or another process writes to it;
 * SelfsameError when too many pictures cannot be read or something cannot be written
 */
export async function updateIndex(
  folder: string,
  model: Model,
  data: readonly string[],
  options: UpdateOptions = {},
): Promise<Updated> {
  await prepare(folder)
  const lock = join(folder, LOCK)
  try {
    return await withLock(
      lock,
      () => update(folder, model, data, options),
      ({ pid }) => {
        throw new UsageError(`process ${pid} is writing to the index '${folder}'; wait until it has finished`)
      },
    )
  } catch (error) {
    throw explainWriteError(error, `'${folder}'`, REMEDIES)
  }
}

/** The folder is there, and is one of ours. */
async function prepare(folder: string): Promise<void> {
  try {
    await makeFolder(folder)
  } catch (error) {
    throw explainWriteError(error, `'${folder}'`, REMEDIES)
  }
  const names = await readdir(folder)
  const foreign = names.find((name) => !OWN.test(name))
  if (foreign !== undefined && !names.includes('index.json'))
    throw new UsageError(
      `'${folder}' holds other things ('${foreign}'); give a folder of its own for the index`,
    )
}

const OWN = /^(vectors-\d{6,}\.npy|rows-\d{6,}\.parquet|index\.json)(\.part)?$|^lock(\.break)?$|^unfinished$/

async function update(
  folder: string,
  model: Model,
  data: readonly string[],
  options: UpdateOptions,
): Promise<Updated> {
  const { signal, note, badShare, batch, piece, progress, force } = options
  const before = await recordIfAny(folder)
  if (before) {
    checkModel(folder, before, model)
    if (!force) checkData(folder, before, data)
    await removeUnnamed(folder, before)
  }
  const listing = await listed(data, model.preprocessing, options)
  for (const one of listing.notes) note?.(one)
  const index = before && indexOf(folder, before, { cacheBytes: 0 })
  try {
    const plan = index && (await planUpdate(listing, index, signal))
    const todo = plan?.todo ?? (await everything(listing, signal))
    const quarantine = new Quarantine(listing.size, { maxShare: badShare })
    const pieces = await Pieces.open(join(folder, UNFINISHED), model.dimension)
    const names = await embedPieces({
      ...{ model, listing, todo, pieces, forIndex: true, quarantine, batch, piece, progress, signal },
      ...(plan && { known: { index, rowOf: plan.rowOf } }),
    })
    const { unread, ...made } = await summed(pieces, names)
    const highest = before?.parts.reduce((most, { number }) => Math.max(most, number), 0) ?? 0
    const parts = await writeParts(folder, model.dimension, names, pieces, highest + 1, PART_ROWS)
    const record: IndexRecord = {
      format: INDEX_FORMAT,
      model: {
        id: model.id,
        from: resolve(model.name),
        dimension: model.dimension,
        preprocessing: model.preprocessing,
      },
      data: [...listing.data],
      parts: [...(plan?.parts ?? []), ...parts],
      unread,
    }
    const size = record.parts.reduce((sum, { rows, off }) => sum + rows - off.length, 0)
    if (size === 0)
      throw new SelfsameError(
        `not one picture of ${listing.data.join(', ')} can be read; repair the files or give others`,
      )
    await writeRecord(folder, record)
    await pieces.clear()
    const taken = todo.rows.reduce((sum, row) => sum + (row >= 0 ? 1 : 0), 0)
    const counts = plan?.counts ?? { kept: 0, removed: 0 }
    return { size, embedded: made.rows - made.known, moved: made.known - taken, ...counts, unread }
  } finally {
    await index?.close()
  }
}

async function summed(pieces: Pieces, names: readonly string[]) {
  const unread: { path: string; reason: string }[] = []
  let rows = 0
  let known = 0
  for (const name of names) {
    const piece = await pieceOf(pieces, name)
    unread.push(...piece.unread)
    rows += piece.rows.length
    known += piece.known
  }
  return { unread, rows, known }
}

/** @throws UsageError when it is not the one that the index was made with */
function checkModel(folder: string, { model: own }: IndexRecord, { id, dimension, name }: Model): void {
  if (own.id === id && own.dimension === dimension) return
  throw new UsageError(
    `the index '${folder}' holds vectors of another model ('${own.from}') than '${name}', and those of two cannot be compared; ` +
      'embed with that model, or into another folder',
  )
}

/** @throws UsageError when a set is in the index and is not among those given */
function checkData(folder: string, { data: own }: IndexRecord, data: readonly string[]): void {
  const left = own.find((one) => !data.some((given) => samePlace(one, given)))
  if (left === undefined) return
  throw new UsageError(
    `the index '${folder}' holds pictures of '${left}', which would be taken out of it; name that as well, give another folder, ` +
      `or ${setting('force')} to take them out`,
  )
}

/** What an update has left that was killed at its end, or has replaced. */
async function removeUnnamed(folder: string, { parts }: IndexRecord): Promise<void> {
  const named = new Set(parts.flatMap(({ number }) => [vectorsName(number), rowsName(number)]))
  for (const name of await readdir(folder)) {
    if (/^(vectors|rows)-\d/.test(name) && !named.has(name)) await rm(join(folder, name), { force: true })
  }
}
