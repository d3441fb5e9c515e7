import { realpath } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { SelfsameError, UsageError } from '../../errors.js'
import type { Data, Source } from '../source.js'
import { CLASS_LIST } from './beside-tars.js'
import { packDecoded } from './pack-decoded.js'
import { writeWhole } from './pack-files.js'
import { checkEncodable } from './pack-pictures.js'
import { beginPack, finishPack, PACK_FORMAT, type PackRecord, writeRecord } from './pack-record.js'
import { packTars } from './pack-tars.js'

/** How pictures are packed. */
export interface PackOptions {
  /** pixels instead of files */
  decoded?: boolean
  /** of decoded pictures the short side is at most this long, in px */
  side?: number
  /** MiB that a tar may have before the next one is begun */
  shardMb?: number
  /** replaces what was packed before */
  force?: boolean
  /** told after each picture; returns false to stop, after which the same pack can be gone on with */
  step?: (done: number, total: number) => boolean
}

/** A pack that was made, or found made before. */
export interface PackResult {
  record: PackRecord
  /** true where it was whole already */
  before: boolean
}

/** Told to stop: what is whole is kept. */
export class PackStopped extends SelfsameError {
  override name = 'PackStopped'
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
 * writing fails; PackStopped
 */
export async function packData(
  spec: string,
  data: Data,
  folder: string,
  options: PackOptions = {},
): Promise<PackResult> {
  const { decoded = false, side, shardMb = SHARD_MB, force = false } = options
  const { train, test } = data
  // where pictures for training have no classes, those for testing may
  const classes = train.classes ?? test?.classes
  if (!decoded) for (const source of sidesOf(data)) checkEncodable(source.source)
  const record: PackRecord = {
    format: PACK_FORMAT,
    kind: decoded ? 'decoded' : 'tars',
    finished: false,
    made_from: {
      data: spec,
      train: train.size,
      test: test?.size ?? 0,
      ...(decoded ? side !== undefined && { side } : { shard_mb: shardMb }),
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
    if (options.step?.(done, total) === false) throw new PackStopped('stopped before all was packed')
  }
  if (!before) await writeRecord(folder, record)
  const made = decoded
    ? await packDecoded(data, folder, record, side, step)
    : await packTars(data, folder, before ?? record, shardMb * 2 ** 20, step)
  if (made.sides[0]?.pictures === 0) {
    throw new SelfsameError(
      `not one picture of ${spec} for training can be read; repair the files or give others`,
    )
  }
  if (!decoded && made.classes) {
    await writeWhole(join(folder, CLASS_LIST), `${JSON.stringify(made.classes, null, 1)}\n`)
  }
  return { record: await finishPack(folder, made), before: false }
}

/** The sides of a set, by name. */
export function sidesOf({ train, test }: Data): { name: 'train' | 'test'; source: Source }[] {
  return [{ name: 'train', source: train }, ...(test ? [{ name: 'test', source: test } as const] : [])]
}
