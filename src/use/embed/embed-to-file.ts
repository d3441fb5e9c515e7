/** Vectors of all pictures in one file. */
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { SelfsameError, UsageError } from '../../errors.js'
import { Quarantine } from '../../images/index.js'
import { withLock } from '../../lock.js'
import { makeFolder } from '../../make-folder.js'
import { explainWriteError } from '../../write-error.js'
import type { Model } from '../model/model.js'
import { LOCK } from '../store/format.js'
import { REMEDIES } from '../store/remedies.js'
import type { UpdateOptions } from '../store/update-index.js'
import { pieceOf } from '../store/write-parts.js'
import { embedPieces } from './embed.js'
import { checkLancedb, lancedbOutput } from './lancedb-output.js'
import { listed } from './listing.js'
import { npyOutput } from './npy-output.js'
import type { Output, Recall } from './output.js'
import { parquetOutput } from './parquet-output.js'
import { Pieces } from './pieces.js'
import { everything } from './todo.js'

const OUTPUTS: Readonly<Record<string, Output>> = { npy: npyOutput, parquet: parquetOutput }

export interface EmbeddedFile {
  /** Vectors in it. */
  size: number
  dimension: number
  /** What was written, the vectors first. */
  files: string[]
  unread: readonly { path: string; reason: string }[]
  /** Of a table. */
  recall?: Recall
}

export interface FileOptions extends UpdateOptions {
  /** What is written into a folder in place of a file, whatever its name. */
  to?: 'lancedb' | undefined
}

/** What is written at a path, by its ending: undefined for an index. */
export function outputAt(path: string): Output | undefined {
  const ending = /\.(\w+)$/.exec(path)?.[1]?.toLowerCase() ?? ''
  return Object.hasOwn(OUTPUTS, ending) ? OUTPUTS[ending] : undefined
}

/**
 * Embeds all pictures of sets and writes their vectors, as the encoder makes them, into a `.npy` or `.parquet` file; a kill costs
 * what was not yet in a piece, and the file is then the same.
 * @throws UsageError where another file is there, SelfsameError when too many pictures cannot be read or something cannot be written
 */
export async function embedToFile(
  path: string,
  model: Model,
  data: readonly string[],
  options: FileOptions = {},
): Promise<EmbeddedFile> {
  const output = options.to === 'lancedb' ? lancedbOutput : outputAt(path)
  if (output === lancedbOutput) await checkLancedb()
  if (!output) throw new UsageError(`'${path}' is neither a .npy nor a .parquet file; give one of these`)
  if (!options.force && existsSync(path) && !(await output.isOurs(path)))
    throw new UsageError(`'${path}' is there and was not written by selfsame; give another name`)
  const folder = `${path}.unfinished`
  try {
    await makeFolder(folder)
    return await withLock(
      join(dirname(path), `.${path.split(/[/\\]/).at(-1)}.${LOCK}`),
      () => written(path, output, folder, model, data, options),
      ({ pid }) => {
        throw new UsageError(`process ${pid} is writing '${path}'; wait until it has finished`)
      },
    )
  } catch (error) {
    throw explainWriteError(error, `'${path}'`, REMEDIES)
  }
}

async function written(
  path: string,
  output: Output,
  folder: string,
  model: Model,
  data: readonly string[],
  options: UpdateOptions,
): Promise<EmbeddedFile> {
  const { signal, note, badShare, batch, piece, progress } = options
  const listing = await listed(data, model.preprocessing, options)
  for (const one of listing.notes) note?.(one)
  const quarantine = new Quarantine(listing.size, { maxShare: badShare })
  const pieces = await Pieces.open(folder, model.dimension)
  const todo = await everything(listing, signal)
  const names = await embedPieces({
    ...{ model, listing, todo, pieces, forIndex: false, quarantine, batch, piece, progress, signal },
  })
  // in an order that does not tell where it was broken off
  const unread = quarantine.list
    .map(({ path, reason }) => ({ path, reason }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
  if (unread.length === listing.size)
    throw new SelfsameError(
      `not one picture of ${data.join(', ')} can be read; repair the files or give others`,
    )
  const { dimension } = model
  const about = { model: { id: model.id, from: resolve(model.name), dimension }, data: listing.data, unread }
  async function* all() {
    for (const name of names) yield await pieceOf(pieces, name)
  }
  const { rows, beside, recall } = await output.write(path, all(), dimension, about)
  await pieces.clear()
  return {
    size: rows,
    dimension,
    files: [path, ...(beside ? [beside] : [])],
    unread,
    ...(recall && { recall }),
  }
}
