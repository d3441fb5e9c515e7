/** What `selfsame embed` does, and how it tells of it. */
import { join } from 'node:path'
import { type Engine, modelFor } from '../library/model-for.js'
import type { Progress } from '../trainer/progress.js'
import { embedToFile, outputAt } from '../use/embed/embed-to-file.js'
import type { Recall } from '../use/embed/output.js'
import { ENGINE } from '../use/embed/pieces.js'
import type { Quantised } from '../use/model/model-files.js'
import { UNFINISHED } from '../use/store/format.js'
import { updateIndex } from '../use/store/update-index.js'
import { StopRequest } from './stop.js'

export interface EmbedOptions {
  out: string
  engine: Engine
  batch?: number
  quantized?: Quantised | true
  to?: 'lancedb'
  followLinks?: boolean
  badShare?: number
  trustConfig?: boolean
  force?: boolean
  json?: boolean
}

/** What came of it. */
export type EmbedOutcome = { out: string; kind: 'index' | 'file' } & (
  | { status: 'stopped' }
  | {
      status: 'embedded'
      engine: string
      dimension: number
      size: number
      seconds: number
      /** Of an index. */
      changes?: { embedded: number; moved: number; kept: number; removed: number }
      files: readonly string[]
      unread: readonly { path: string; reason: string }[]
      recall?: Recall
    }
)

/** Embeds pictures; Ctrl-C ends it so that the same command goes on. */
export async function embedVerb(
  path: string,
  data: readonly string[],
  options: EmbedOptions,
  progress: Progress,
): Promise<EmbedOutcome> {
  const { out, engine, batch, quantized, to, followLinks, badShare, trustConfig, force } = options
  const isFile = to !== undefined || outputAt(out) !== undefined
  const kind = isFile ? 'file' : 'index'
  const stop = new StopRequest(() => progress.note('Stopping. Ctrl-C again stops at once.'))
  const model = await modelFor(path, {
    engine,
    many: true,
    quantised: quantized === true ? 'int8' : quantized,
    ...(trustConfig && { trustConfig }),
    remember: isFile ? join(`${out}.unfinished`, ENGINE) : join(out, UNFINISHED, ENGINE),
    progress,
  })
  const began = performance.now()
  let first: { done: number; at: number } | undefined
  const how = {
    ...{ batch, followLinks, badShare, force, to },
    listing: (text: string, done: number, total: number) => progress.work(text, done, total),
    progress: (done: number, total: number) => {
      // what was done before comes at once
      first ??= { done, at: performance.now() }
      if (!stop.requested && total > 0) progress.work('Embedded', done, total, first.at, first.done)
    },
    note: (text: string) => progress.note(text),
    signal: stop.signal,
  }
  try {
    const seconds = () => (performance.now() - began) / 1000
    const about = { out, engine: model.engine, dimension: model.dimension, status: 'embedded' } as const
    if (isFile) return { ...about, kind, ...(await embedToFile(out, model, data, how)), seconds: seconds() }
    const { size, unread, ...changes } = await updateIndex(out, model, data, how)
    return { ...about, kind, size, unread, changes, files: [out], seconds: seconds() }
  } catch (error) {
    if (stop.requested && error === stop.signal.reason) return { status: 'stopped', out, kind }
    throw error
  } finally {
    progress.close()
    stop.end()
    await model.close()
  }
}
