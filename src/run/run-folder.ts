/** A run on disk: run.json (what repeats it), metrics.jsonl, checkpoints, results, report. */
import {
  appendFileSync,
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  truncateSync,
} from 'node:fs'
import { join } from 'node:path'
import { SelfsameError, UsageError } from '../errors.js'
import { explainWriteError } from '../write-error.js'
import { writeAtomically } from './files.js'

export const RUN_FORMAT = 4

/** run.json: everything needed to repeat a run. */
export interface RunRecord {
  format: number
  created: string
  /** The words after `selfsame`. */
  command: string[]
  /** As it was given. */
  data: string
  /** Where that lay, if it is a path: a run is gone on with from other folders, too. */
  path?: string
  pictures: number
  /** A digest of the pictures' names in order. */
  names?: string
  /** Share of unreadable pictures at which to stop, if it was given. */
  bad_share?: number
  /** As resolved: method, preset and every number. */
  settings: Record<string, unknown>
  /** Where the preset's numbers come from. */
  source: string
  /** The user's config file, if one was given; config.ts is a copy of it. */
  config?: string
  machine: Record<string, unknown>
}

export type MetricsLine = { type: string; step: number } & Record<string, unknown>

/** Paths within a run folder. */
export const runPaths = (folder: string) => ({
  record: join(folder, 'run.json'),
  metrics: join(folder, 'metrics.jsonl'),
  quarantine: join(folder, 'quarantine.jsonl'),
  config: join(folder, 'config.ts'),
  encoder: join(folder, 'encoder.safetensors'),
  lock: join(folder, 'lock'),
  training: join(folder, 'training.json'),
  evaluation: join(folder, 'evaluation.json'),
  report: join(folder, 'report.html'),
})

export function isRun(folder: string): boolean {
  return existsSync(runPaths(folder).record)
}

/** @throws UsageError when the folder holds a run already */
export function refuseExisting(folder: string): void {
  if (isRun(folder)) {
    throw new UsageError(
      `${folder} already holds a run: go on with it by --resume, or choose another folder with --run`,
    )
  }
}

/** Starts a run folder. @throws UsageError when one is there already */
export function createRun(folder: string, record: RunRecord): void {
  refuseExisting(folder)
  writeJson(runPaths(folder).record, record)
}

/** @throws UsageError when there is no run, SelfsameError when it cannot be read */
export function openRun(folder: string): RunRecord {
  const path = runPaths(folder).record
  if (!existsSync(path))
    throw new UsageError(
      `there is no run in ${folder} (${path} is missing): give a folder that 'selfsame train' wrote`,
    )
  const record = readJson<RunRecord | null>(path)
  if (record?.format !== RUN_FORMAT || typeof record.settings !== 'object') {
    throw new SelfsameError(
      `${path} has format ${record?.format}, this version reads ${RUN_FORMAT}: use the version that wrote it`,
    )
  }
  return record
}

export function writeJson(path: string, value: unknown): void {
  writeAtomically(path, `${JSON.stringify(value, null, 2)}\n`)
}

/** @throws SelfsameError when the file is not JSON */
export function readJson<T>(path: string): T {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T
  } catch (error) {
    throw new SelfsameError(
      `${path} cannot be read (${(error as Error).message.split('\n')[0]}): it is damaged or missing`,
    )
  }
}

/** Adds one line to a `.jsonl` file, on a line of its own even where a kill cut the one before it short. */
export function appendLine(path: string, value: unknown): void {
  try {
    const file = openSync(path, 'a+')
    try {
      appendFileSync(file, `${endsCut(file) ? '\n' : ''}${JSON.stringify(value)}\n`)
    } finally {
      closeSync(file)
    }
  } catch (error) {
    throw explainWriteError(error, path)
  }
}

function endsCut(file: number): boolean {
  const { size } = fstatSync(file)
  const last = Buffer.alloc(1)
  return size > 0 && readSync(file, last, 0, 1, size - 1) === 1 && last[0] !== 0x0a
}

/** All whole lines of a `.jsonl` file; a line cut short by a kill is left out. */
export function readLines<T>(path: string): T[] {
  if (!existsSync(path)) return []
  const lines: T[] = []
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    if (line === '') continue
    try {
      lines.push(JSON.parse(line) as T)
    } catch {
      // what was written after a cut line is still whole
    }
  }
  return lines
}

/** Drops what was measured after `step`, so that a resumed run does not tell its story twice. */
export function rewindMetrics(folder: string, step: number): void {
  const { metrics } = runPaths(folder)
  if (!existsSync(metrics)) return
  const kept = readLines<MetricsLine>(metrics).filter((line) => line.step <= step)
  const text = kept.map((line) => `${JSON.stringify(line)}\n`).join('')
  if (text === '') truncateSync(metrics)
  else writeAtomically(metrics, text)
}
