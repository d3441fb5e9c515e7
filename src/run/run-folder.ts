/** A run on disk: run.json (what repeats it), metrics.jsonl, checkpoints, results, report. */
import { existsSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { SelfsameError, UsageError } from '../errors.js'
import { goingOn } from '../setting.js'
import { writeAtomically } from './files.js'
import {
  type PlanLine,
  planLine,
  planLines,
  RUN_FORMAT,
  type RunRecord,
  runRecord,
  type TrainingSummary,
  trainingSummary,
} from './format.js'
import { faultOf, isObject, readJson, readSealed, sealOf, writeSealed } from './json.js'
import { readLines, wholeLines } from './lines.js'

/** Paths within a run folder. */
export const runPaths = (folder: string) => ({
  record: join(folder, 'run.json'),
  metrics: join(folder, 'metrics.jsonl'),
  plan: join(folder, 'plan.jsonl'),
  quarantine: join(folder, 'quarantine.jsonl'),
  config: join(folder, 'config.ts'),
  encoder: join(folder, 'encoder.safetensors'),
  best: join(folder, 'best.safetensors'),
  init: join(folder, 'init.safetensors'),
  lock: join(folder, 'lock'),
  training: join(folder, 'training.json'),
  reserve: join(folder, 'reserve'),
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
      `${folder} already holds a run: go on with it by ${goingOn(folder)}, or choose another folder`,
    )
  }
}

/**
 * Starts a run folder.
 * @param own what the user's config file holds, and the encoder that was given
 * @throws UsageError when one is there already
 */
export function createRun(
  folder: string,
  record: RunRecord,
  own: { config?: Uint8Array | undefined; init?: Uint8Array | undefined } = {},
): void {
  refuseExisting(folder)
  // first, as a run is there from its record on, and cannot be gone on with without these
  if (own.config) writeAtomically(runPaths(folder).config, own.config)
  if (own.init) writeAtomically(runPaths(folder).init, own.init)
  writeSealed(runPaths(folder).record, runRecord, record)
}

/**
 * @throws UsageError when there is no run, SelfsameError when it cannot be read, is of another version, or is not as it was
 * written
 */
export function openRun(folder: string): RunRecord {
  const path = runPaths(folder).record
  if (!existsSync(path))
    throw new UsageError(
      `there is no run in ${folder} (${path} is missing): give a folder that 'selfsame train' wrote`,
    )
  const value = readJson(path)
  const { has, needs } = sealOf(value)
  const format = isObject(value) ? value.format : undefined
  // earlier versions had no digest
  if (format !== RUN_FORMAT && (has === undefined || has === needs)) {
    throw new SelfsameError(
      `${path} has format ${format}, this version reads ${RUN_FORMAT}: use the version that wrote it`,
    )
  }
  if (has !== needs) {
    throw new SelfsameError(
      `${path} is not as it was written (its digest is ${has ?? 'missing'}, that of its content ${needs}): put it back as it was, or, if the change was meant, write "digest": "${needs}" into it`,
    )
  }
  const fault = faultOf(value, runRecord)
  if (fault) throw new SelfsameError(`${path} is not right (${fault}): put it back as it was`)
  return runRecord.parse(value)
}

/** How training ended, or undefined when it has not, or its file is not as it was written. */
export function readTraining(folder: string): TrainingSummary | undefined {
  return readSealed(runPaths(folder).training, trainingSummary)
}

/** @throws SelfsameError when it cannot be written */
export function writeTraining(folder: string, summary: TrainingSummary): void {
  writeSealed(runPaths(folder).training, trainingSummary, summary)
}

/** What was decided about a run's length after `known`, which its checkpoint says; what cannot be is left out. */
export function readPlan(folder: string, known: readonly PlanLine[] = []): PlanLine[] {
  let plan = [...known]
  for (const line of readLines(runPaths(folder).plan, planLine))
    plan = planLines.safeParse([...plan, line]).data ?? plan
  return plan
}

/** Drops what was measured after `step`, so that a resumed run does not tell its story twice. */
export function rewindMetrics(folder: string, step: number): void {
  const { metrics } = runPaths(folder)
  if (!existsSync(metrics)) return
  const kept = wholeLines(metrics).filter(({ value }) => isObject(value) && Number(value.step) <= step)
  if (kept.length === 0) truncateSync(metrics)
  else writeAtomically(metrics, kept.map(({ line }) => `${line}\n`).join(''))
}
