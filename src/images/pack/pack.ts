import { realpath } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { SelfsameError, UsageError } from '../../errors.js'
import type { Data, Source } from '../source.js'
import { CLASS_LIST } from './beside.js'
import { packArrays } from './pack-arrays.js'
import { writeWhole } from './pack-files.js'
import { checkEncodable } from './pack-pictures.js'
import { beginPack, finishPack, PACK_FORMAT, type PackRecord, writeRecord } from './pack-record.js'
import { packTars } from './pack-tars.js'

/** How pictures are packed. */
export interface PackOptions {
  /** arrays of pixels (.npy) instead of files in tars */
  decoded?: boolean
  /** decoded pictures become squares of this side, in px; unless given, all must be of one size */
  size?: number
  /** MiB that a tar may have before the next one is begun */
  shardMb?: number
  /** replaces what was packed before */
  force?: boolean
  /** told after each picture */
  progress?: (done: number, total: number) => void
  /** ends the work between two pictures, with its reason as error; the same pack can be gone on with */
  signal?: AbortSignal
}

/** A pack that was made, or found made before. */
export interface PackResult {
  record: PackRecord
  /** true where it was whole already */
  before: boolean
}

const SHARD_MB = 256

/** @throws UsageError when the pack would take the place of what it is made from */
async function refuseOwn(spec: string, folder: string): Promise<void> {
  const real = (path: string) => realpath(path).catch(() => resolve(path))
  const out = await real(folder)
  if (out === (await real(spec)) || out === (await real(dirname(spec)))) {
    throw new UsageError(`'${folder}' is where the pictures lie; give another folder`)
  }
}

/**
 * Packs a set into a folder that opens as a set again: same pictures, order, classes and split; those that cannot be
 * read are left out and listed.
 * @param spec what the set was opened by
 * @throws UsageError when the folder holds something else, or the pictures cannot be packed so; SelfsameError when
 * writing fails; the signal's reason, when what is whole is kept
 */
export async function packData(
  spec: string,
  data: Data,
  folder: string,
  options: PackOptions = {},
): Promise<PackResult> {
  const { decoded = false, size, shardMb = SHARD_MB, force = false, progress, signal } = options
  const { train, test } = data
  // where pictures for training have no classes, those for testing may
  const classes = train.classes ?? test?.classes
  if (!decoded) for (const source of sidesOf(data)) checkEncodable(source.source)
  const record: PackRecord = {
    format: PACK_FORMAT,
    kind: decoded ? 'arrays' : 'tars',
    finished: false,
    made_from: {
      data: spec,
      train: train.size,
      test: test?.size ?? 0,
      ...(decoded ? size !== undefined && { size } : { shard_mb: shardMb }),
    },
    channels: train.channels,
    maximum: train.maximum,
    ...(classes && { classes }),
    sides: [],
    left_out: [],
  }
  await refuseOwn(spec, folder)
  const before = await beginPack(folder, record, force)
  if (before?.finished) return { record: before, before: true }
  const total = train.size + (test?.size ?? 0)
  let done = 0
  const step = (pictures = 1) => {
    done += pictures
    progress?.(done, total)
    signal?.throwIfAborted()
  }
  if (!before) await writeRecord(folder, record)
  const made = decoded
    ? await packArrays(data, folder, record, size, step)
    : await packTars(data, folder, before ?? record, shardMb * 2 ** 20, step)
  if (made.sides[0]?.pictures === 0) {
    throw new SelfsameError(
      `not one picture of ${spec} for training can be read; repair the files or give others`,
    )
  }
  if (made.classes) {
    await writeWhole(join(folder, CLASS_LIST), `${JSON.stringify(made.classes, null, 1)}\n`)
  }
  return { record: await finishPack(folder, made), before: false }
}

/** The sides of a set, by name. */
export function sidesOf({ train, test }: Data): { name: 'train' | 'test'; source: Source }[] {
  return [{ name: 'train', source: train }, ...(test ? [{ name: 'test', source: test } as const] : [])]
}
