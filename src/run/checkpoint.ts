/** Checkpoints: one safetensors file each, whose header says of which run and step it is. The last two are kept. */
import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { SelfsameError } from '../errors.js'
import { isFullDisk, namesIn, removeLeftovers } from './files.js'
import { checkpointNote, type PlanLine } from './format.js'
import { openedWeights, type Pieces, type WeightsFile, writeWeights } from './weights.js'

/** Where a checkpoint belongs: a run's folder, and what run.json says it was created. */
export interface Place {
  folder: string
  run: string
}

export interface Checkpoint {
  step: number
  /** Seconds of training so far, over all sessions. */
  seconds: number
  /** What had been decided about the run's length by then; none unless given. */
  plan?: readonly PlanLine[]
  /** Checked already; the caller closes it. */
  file: WeightsFile
  /** Set when a newer checkpoint was damaged and this is the one before. */
  damaged?: string
}

const KEPT = 2
const FILE = /^step-(0|[1-9]\d*)\.safetensors$/
const folderOf = ({ folder }: Place) => join(folder, 'checkpoints')
const pathOf = (place: Place, step: number) => join(folderOf(place), `step-${step}.safetensors`)

/** Saves a checkpoint. The one before stays until this one is whole on disk. @throws SelfsameError on a full disk */
export function saveCheckpoint(
  place: Place,
  { step, seconds, plan = [] }: Pick<Checkpoint, 'step' | 'seconds' | 'plan'>,
  pieces: Pieces,
): void {
  const path = pathOf(place, step)
  clearTheWay(place, step)
  const note = checkpointNote.encode({ run: place.run, step, seconds, plan: [...plan] })
  makingRoom(place, () => writeWeights(path, pieces, note))
  removeLeftovers(folderOf(place), FILE)
  // later ones are of a course that was given up, when their file was damaged
  const others = ownSteps(place).filter((other) => other !== step)
  const kept = others.filter((other) => other < step).slice(0, KEPT - 1)
  for (const other of others) if (!kept.includes(other)) rmSync(pathOf(place, other), { force: true })
}

/**
 * The newest sound checkpoint, or undefined when none was ever saved.
 * @throws SelfsameError when there are some and none is sound
 */
export function loadCheckpoint(place: Place): Checkpoint | undefined {
  let damaged: string | undefined
  for (const step of steps(place)) {
    const file = openedWeights(pathOf(place, step))
    if (!file) continue
    const note = noteOf(file, place, step)
    const sound = file.isSound()
    if (sound && note) return { ...note, file, ...(damaged && { damaged }) }
    // a sound one is another run's
    if (!sound) damaged ??= file.path
    file[Symbol.dispose]()
  }
  if (damaged) {
    throw new SelfsameError(
      `the checkpoint ${damaged} is damaged (its digest is not the one that was written) and no older one is sound: train again into another folder`,
    )
  }
  return undefined
}

/**
 * Runs `write`; where the disk is full, once more without the older of two checkpoints.
 * @throws SelfsameError when there is no room even so; the last sound checkpoint stays
 */
export function makingRoom(place: Place, write: () => void): void {
  try {
    write()
  } catch (error) {
    const [newest, ...older] = ownSteps(place)
    if (!isFullDisk(error) || newest === undefined || older.length === 0) throw error
    using last = openedWeights(pathOf(place, newest))
    if (!last?.isSound()) throw error
    for (const step of older) rmSync(pathOf(place, step), { force: true })
    write()
  }
}

/** By the names of the files, newest first. */
function steps(place: Place): number[] {
  return namesIn(folderOf(place))
    .flatMap((name) => FILE.exec(name)?.[1] ?? [])
    .map(Number)
    .filter(Number.isSafeInteger)
    .sort((a, b) => b - a)
}

/** Of those files that say that they are this run's: only these may be removed. */
function ownSteps(place: Place): number[] {
  return steps(place).filter((step) => {
    using file = openedWeights(pathOf(place, step))
    return file && noteOf(file, place, step) !== undefined
  })
}

/** What the header says, or undefined when it is not this run's checkpoint of that step. */
function noteOf(
  { metadata }: WeightsFile,
  { run }: Place,
  step: number,
): Pick<Checkpoint, 'step' | 'seconds' | 'plan'> | undefined {
  const { data: note } = checkpointNote.safeParse({ plan: '[]', ...metadata })
  if (note?.run !== run || note.step !== step) return undefined
  return { step, seconds: note.seconds, ...(note.plan.length > 0 && { plan: note.plan }) }
}

/** Moves away what has a checkpoint's name and is somebody else's. */
function clearTheWay(place: Place, step: number): void {
  const path = pathOf(place, step)
  if (!existsSync(path)) return
  using file = openedWeights(path)
  if (file && (noteOf(file, place, step) || !file.isSound())) return
  let number = 1
  while (existsSync(`${path}.${number}`)) number++
  renameSync(path, `${path}.${number}`)
}
