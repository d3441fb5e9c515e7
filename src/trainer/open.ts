/** The pictures of a run. */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { type Data, type OpenOptions, openData, type Source } from '../images/index.js'
import type { RunRecord } from '../run/index.js'
import type { Progress } from './progress.js'

type Links = Pick<OpenOptions, 'followLinks'>

/** What to open for a run: where its pictures lay, if they are still there. */
export function dataOf({ data, path }: RunRecord): string {
  return path !== undefined && existsSync(path) ? path : data
}

/** How a run's pictures are opened. */
export function linksOf({ followLinks }: RunRecord): Links {
  return { followLinks }
}

/** Lists pictures; `picturesFor` decodes them as a network sees them. @throws UsageError when there are none */
export function list(spec: string, progress: Progress, { followLinks }: Links = {}): Promise<Data> {
  return openData(spec, { progress: downloading(progress), followLinks })
}

/** The same of a run, where they are not listed yet. */
export function listOf(record: RunRecord, progress: Progress): Promise<Data> {
  return list(dataOf(record), progress, linksOf(record))
}

/** Tells how far the download of a named set is. */
function downloading(progress: Progress) {
  return (what: string, done: number, total: number) => progress.work(what, done, total)
}

/** Tells one list of pictures from another. What they look like is not asked, as they may be read smaller later on. */
export function namesOf(source: Source): string {
  const hash = createHash('sha256')
  for (let index = 0; index < source.size; index++) hash.update(`${source.describe(index)}\n`)
  return hash.digest('hex').slice(0, 32)
}
