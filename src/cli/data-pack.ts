import { UsageError } from '../errors.js'
import { decodedAs, openData, type PackRecord, packData } from '../images/index.js'
import { printable } from '../printable.js'
import { shellWord } from '../shell.js'
import type { Progress } from '../trainer/progress.js'
import { StopRequest } from './stop.js'

export interface DataPackOptions {
  out?: string
  shardMb?: number
  decoded?: boolean
  size?: number
  followLinks?: boolean
  force?: boolean
  json?: boolean
}

/** What came of it. */
export interface PackOutcome {
  status: 'packed' | 'packed before' | 'stopped'
  out: string
  /** Of what was stopped: arrays in place of files. */
  decoded?: boolean
  record?: PackRecord
}

/** Packs a set into a folder; Ctrl-C ends it so that the same command goes on. */
export async function packVerb(
  spec: string,
  { out, shardMb, decoded, size, followLinks, force }: DataPackOptions,
  progress: Progress,
): Promise<PackOutcome> {
  if (!out) throw new UsageError('no folder to pack into was named: give it with --out, such as --out shards')
  if (size !== undefined && !decoded)
    throw new UsageError(
      '--size is for arrays: give --decoded with it, or leave it out to keep files as they are',
    )
  if (shardMb !== undefined && decoded)
    throw new UsageError('--shard-mb is for tars: leave out either it or --decoded')
  // each picture is read once, so keeping any would help nobody
  const listed = await openData(spec, {
    cacheBytes: 0,
    followLinks,
    progress: (text, done, total) => progress.work(text, done, total),
  })
  const data = size === undefined ? listed : decodedAs(listed, { shrinkTo: size })
  for (const note of data.notes ?? []) progress.note(note)
  const stop = new StopRequest(() => progress.note('Stopping. Ctrl-C again stops at once.'))
  let first: { done: number; at: number } | undefined
  try {
    const { record, before } = await packData(spec, data, out, {
      ...(decoded && { decoded }),
      ...(size !== undefined && { size }),
      ...(shardMb !== undefined && { shardMb }),
      ...(force && { force }),
      signal: stop.signal,
      progress: (done, total) => {
        // what an earlier pack has done comes at once
        first ??= { done, at: performance.now() }
        if (!stop.requested) progress.work('Packed', done, total, first.at, first.done)
      },
    })
    return { status: before ? 'packed before' : 'packed', out, record }
  } catch (error) {
    if (stop.requested && error === stop.signal.reason)
      return { status: 'stopped', out, decoded: decoded ?? false }
    throw error
  } finally {
    progress.close()
    stop.end()
  }
}

/** The end of a pack on a terminal. */
export function packText({ status, out: folder, record, decoded }: PackOutcome): string {
  const out = printable(folder)
  if (!record) {
    return decoded
      ? 'Stopped; an array is written in one go, so the same command begins anew.'
      : `Stopped; what is whole is kept in ${out}. The same command goes on from there.`
  }
  const count = (value: number) => value.toLocaleString('en')
  const parts = record.sides.map(({ name, pictures, shards }) => {
    const tars = shards ? ` in ${shards.length} ${shards.length === 1 ? 'tar' : 'tars'}` : ''
    return `${count(pictures)} pictures ${name === 'train' ? 'for training' : 'for testing'}${tars}`
  })
  const left = record.left_out.length
  return [
    `${status === 'packed' ? 'Packed' : 'Packed before, and left as it is:'} ${parts.join(', ')}: ${out}`,
    ...(left > 0
      ? [
          `${count(left)} ${left === 1 ? 'picture' : 'pictures'} could not be read; ${out}/left-out.jsonl says why.`,
        ]
      : []),
    `Train on it with: npx selfsame train ${shellWord(folder)}`,
  ].join('\n')
}

/** The same as one object. */
export function packJson({ status, out, record }: PackOutcome) {
  return {
    status: status.replace(' ', '_'),
    out,
    ...(record && {
      kind: record.kind,
      sides: record.sides,
      classes: record.classes ?? null,
      left_out: record.left_out.length,
    }),
  }
}
