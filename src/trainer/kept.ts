/** What of a run in training is kept on disk: checkpoints while it goes on, and what it ends with. */
import { SelfsameError } from '../errors.js'
import { judgedBranch, stateTensors, type TrainingState } from '../learn/state.js'
import { decodeSafetensors, loadSafetensors, safetensorsPieces, stateDict } from '../nn/index.js'
import {
  freeReserve,
  isSoundWeights,
  keepReserve,
  loadCheckpoint,
  makingRoom,
  openedBest,
  type Pieces,
  type Place,
  type RunRecord,
  readPlan,
  readTraining,
  removeLeftovers,
  runPaths,
  saveBest,
  saveCheckpoint,
  type TrainingSummary,
  writeTraining,
  writeWeights,
} from '../run/index.js'
import { goingOn } from '../setting.js'
import { scope, type Tensor } from '../torch/index.js'
import { elementSize } from '../torch/types.js'
import type { Progress } from './progress.js'

/** Beside the encoder: training.json and the last lines of others. */
const SMALL_BYTES = 2 ** 20

/** Puts the last sound checkpoint into `state`, and what was decided about its length. Returns the seconds trained so far. */
export function restore(
  folder: string,
  record: RunRecord,
  state: TrainingState,
  progress?: Progress,
): number {
  const checkpoint = loadCheckpoint(placeOf(folder, record))
  state.stretches.push(...readPlan(folder, checkpoint?.plan))
  if (!checkpoint) return 0
  using file = checkpoint.file
  if (checkpoint.damaged) {
    progress?.note(`The newest checkpoint, ${checkpoint.damaged}, is damaged; going on from the one before.`)
  }
  loadSafetensors(stateTensors(state), file)
  state.step = checkpoint.step
  return checkpoint.seconds
}

/** Whether a run has a checkpoint to go on from, and not yet all that it ends with. */
export function isUnfinished(folder: string, record: RunRecord): boolean {
  const checkpoint = loadCheckpoint(placeOf(folder, record))
  using _ = checkpoint?.file
  if (!checkpoint) return false
  const summary = readTraining(folder)
  const whole = summary !== undefined && hasEnded(summary) && checkpoint.step === summary.steps
  return !(whole && isSoundWeights(runPaths(folder).encoder))
}

/** Whether a run came to an end of its own, with an encoder. */
export function hasEnded({ status }: Pick<TrainingSummary, 'status'>): boolean {
  return status === 'finished' || status === 'stopped_early'
}

export function placeOf(folder: string, { created }: Pick<RunRecord, 'created'>): Place {
  return { folder, run: created }
}

/** By name what is judged of a state: the encoder's tensors, and those of its heads where some of them stay on it. */
export function judgedTensors(state: TrainingState): Map<string, Tensor> {
  const { encoder, projector } = judgedBranch(state)
  const heads = state.settings.readout.layers > 0 ? stateDict(projector) : []
  return new Map([...stateDict(encoder), ...[...heads].map(([name, one]) => [HEADS + name, one] as const)])
}

/** No encoder has a part of that name. */
const HEADS = 'projector.'

/** The writer; only the process that has the run's lock may be one. */
export class Kept {
  readonly #folder: string
  readonly #place: Place
  readonly #state: TrainingState

  constructor(folder: string, record: RunRecord, state: TrainingState) {
    this.#folder = folder
    this.#place = placeOf(folder, record)
    this.#state = state
  }

  /** Takes away what a killed process left half written, and keeps room for the end. @throws SelfsameError when there is none */
  begin(): void {
    const paths = runPaths(this.#folder)
    removeLeftovers(
      this.#folder,
      /^(run[.]json|config[.]ts|(init|encoder|best)[.]safetensors|training[.]json|metrics[.]jsonl)$/,
    )
    let bytes = SMALL_BYTES
    for (const tensor of this.#weights.values()) bytes += tensor.numel * elementSize(tensor.dtype)
    keepReserve(paths.reserve, bytes)
  }

  /** @throws SelfsameError on a full disk; the one before is still there then */
  checkpoint(seconds: number): void {
    const { step, stretches: plan } = this.#state
    saveCheckpoint(this.#place, { step, seconds, plan }, piecesOf(stateTensors(this.#state)))
  }

  /** Keeps what is judged as the best so far. @throws SelfsameError on a full disk; the best before is still there then */
  best(): void {
    saveBest(this.#place, this.#state.step, piecesOf(judgedTensors(this.#state)))
  }

  /**
   * Writes what a run ends with, the small first; what has no room does not keep the rest from being written.
   * @throws SelfsameError saying what is missing
   */
  end(summary: TrainingSummary): void {
    this.close()
    const faults: Error[] = []
    const attempt = (write: () => void) => {
      try {
        write()
      } catch (error) {
        faults.push(error as Error)
      }
    }
    const withRoom = (write: () => void) => attempt(() => makingRoom(this.#place, write))
    withRoom(() => writeTraining(this.#folder, summary))
    if (hasEnded(summary)) withRoom(() => this.#encoder(summary))
    const before = faults.length
    // it makes room itself
    attempt(() => this.checkpoint(summary.seconds))
    const [first] = faults
    if (!first) return
    if (!hasEnded(summary) || before > 0 || !(first instanceof SelfsameError)) throw first
    throw new SelfsameError(
      `${first.message}; the encoder is written, and ${goingOn(this.#folder)} makes the rest`,
    )
  }

  /**
   * Writes how a run ended whose weights are not worth keeping. Returns the path of the last sound checkpoint, if there is one.
   * @param note told what could not be written: why the run ended is worth more than that
   */
  diverged(summary: TrainingSummary, note: (text: string) => void): string | undefined {
    this.close()
    try {
      makingRoom(this.#place, () => writeTraining(this.#folder, summary))
    } catch (error) {
      note(`Warning: ${(error as Error).message}.`)
    }
    const checkpoint = loadCheckpoint(this.#place)
    using file = checkpoint?.file
    return file?.path
  }

  /**
   * Writes the encoder of a run that has ended anew, after a kill at the very end or damage.
   * @returns how it ended; of another encoder where the best is not to be had any more
   * @throws SelfsameError when it cannot be written
   */
  mend(summary: TrainingSummary): TrainingSummary {
    if (this.#encoder(summary)) return summary
    const { encoderStep: _, ...rest } = summary
    writeTraining(this.#folder, rest)
    return rest
  }

  /** Whether it is the one that was meant. */
  #encoder({ encoderStep }: TrainingSummary): boolean {
    // with no word of the run, so that equal weights are equal files
    const write = (weights: ReadonlyMap<string, Tensor>) =>
      writeWeights(runPaths(this.#folder).encoder, piecesOf(weights))
    const best = encoderStep === undefined ? undefined : openedBest(this.#place)
    using file = best?.file
    if (!file || best?.step !== encoderStep || !file.isSound()) {
      write(this.#weights)
      return encoderStep === undefined
    }
    scope(() => {
      const { tensors } = decodeSafetensors(file)
      write(new Map([...tensors].filter(([name]) => !name.startsWith(HEADS))))
    })
    return true
  }

  /** Gives back what was kept for the end. */
  close(): void {
    freeReserve(runPaths(this.#folder).reserve)
  }

  /** What a run is for. */
  get #weights(): Map<string, Tensor> {
    return stateDict(judgedBranch(this.#state).encoder)
  }
}

function piecesOf(tensors: ReadonlyMap<string, Tensor>): Pieces {
  return (metadata) => safetensorsPieces(tensors, metadata)
}
