/** Checkpoints: weights in a safetensors file, and checkpoint.json that names it and its digest. The last two are kept. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { SelfsameError } from '../errors.js'
import { writeAtomically } from './files.js'
import { readJson, writeJson } from './run-folder.js'

interface Entry {
  file: string
  step: number
  sha256: string
  /** Seconds of training so far, over all sessions. */
  seconds: number
}

interface Index {
  checkpoints: Entry[]
}

export interface Checkpoint {
  step: number
  seconds: number
  bytes: Uint8Array
  /** Set when a newer checkpoint was damaged and this is the one before. */
  damaged?: string
}

const KEPT = 2
const folderOf = (run: string) => join(run, 'checkpoints')
const indexOf = (run: string) => join(folderOf(run), 'checkpoint.json')

/** Saves a checkpoint. The one before stays until this one is whole on disk. @throws SelfsameError on a full disk */
export function saveCheckpoint(run: string, step: number, seconds: number, bytes: Uint8Array): void {
  const file = `step-${step}.safetensors`
  writeAtomically(join(folderOf(run), file), bytes)
  // later ones are of a course that was given up, when their file was damaged
  const before = readIndex(run).checkpoints.filter((entry) => entry.step < step)
  const checkpoints = [{ file, step, sha256: digest(bytes), seconds }, ...before].slice(0, KEPT)
  writeJson(indexOf(run), { checkpoints } satisfies Index)
  const kept = new Set([...checkpoints.map((entry) => entry.file), 'checkpoint.json'])
  for (const name of readdirSync(folderOf(run)))
    if (!kept.has(name)) rmSync(join(folderOf(run), name), { force: true })
}

/**
 * The newest sound checkpoint, or undefined when none was ever saved.
 * @throws SelfsameError when there are some and none is sound
 */
export function loadCheckpoint(run: string): Checkpoint | undefined {
  const { checkpoints } = readIndex(run)
  let damaged: string | undefined
  for (const { file, step, seconds, sha256 } of checkpoints) {
    const path = join(folderOf(run), file)
    const bytes = existsSync(path) ? readFileSync(path) : undefined
    if (bytes && digest(bytes) === sha256) return { step, seconds, bytes, ...(damaged && { damaged }) }
    damaged ??= path
  }
  if (damaged) {
    throw new SelfsameError(
      `the checkpoint ${damaged} is damaged (its digest is not the one that was written) and no older one is sound: train again with another --run`,
    )
  }
  return undefined
}

function readIndex(run: string): Index {
  return existsSync(indexOf(run)) ? readJson<Index>(indexOf(run)) : { checkpoints: [] }
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
