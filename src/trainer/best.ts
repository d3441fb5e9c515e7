/** The best of the looks at a run: it is kept, and training may stop where what came after it has sunk. */
import { afterLook, asBest, type Difference, type Look, type Standing } from '../judge/index.js'
import type { TrainingState } from '../learn/state.js'
import {
  type LookLine,
  metricsLine,
  openedBest,
  type Place,
  type RunRecord,
  readLines,
  runPaths,
} from '../run/index.js'
import { type Kept, placeOf } from './kept.js'
import type { Progress } from './progress.js'
import { tolerant } from './tolerant.js'

/** Looks in a row that are clearly below the best after which training stops, unless given: of about ten in a run. */
export const STOP_EARLY = 4
/** Of a run's steps, at least, before it is stopped early: while rates are high a network may sink and come back. */
const LEAST = 1 / 2

/**
 * How the last look at a run stands beside the best, which best.safetensors is of.
 * @param step up to which the run is looked at
 * @returns undefined where there is no best, or it is of later
 */
export function standingAt(
  folder: string,
  record: Pick<RunRecord, 'created'>,
  step: number,
): Standing | undefined {
  const best = openedBest(placeOf(folder, record))
  best?.file[Symbol.dispose]()
  const looks = looksIn(folder, step)
  const from = looks.findIndex((look) => look.step === best?.step)
  if (from < 0) return undefined
  return looks.slice(from).reduce<Standing | undefined>(afterLook, undefined)
}

function looksIn(folder: string, step: number): Look[] {
  return readLines(runPaths(folder).metrics, metricsLine).flatMap((line) =>
    (line.type === 'probe' || line.type === 'views') && line.step <= step ? (lookOf(line) ?? []) : [],
  )
}

function lookOf(line: LookLine): Look | undefined {
  const { step } = line
  if (line.type === 'probe') return line.right && { step, by: 'classes', known: line.right }
  return line.found && { step, by: 'views', known: line.found }
}

/** The writer of the best; only the process that has the run's lock may be one. */
export class BestSoFar {
  readonly #place: Place
  readonly #state: TrainingState
  readonly #write: () => boolean
  /** Whether looks without labels count: no rule without them is validated, so only where that is asked for, or was. */
  readonly #byViews: boolean
  #standing: Standing | undefined
  /** Better than the best that is kept, but not kept yet. */
  #waiting: Look | undefined

  constructor(
    folder: string,
    record: Pick<RunRecord, 'created'>,
    state: TrainingState,
    kept: Kept,
    progress: Progress,
    byViews = false,
  ) {
    this.#place = placeOf(folder, record)
    this.#state = state
    this.#write = tolerant(progress, () => kept.best())
    this.#standing = standingAt(folder, record, state.step)
    this.#byViews = byViews || this.#standing !== undefined
    // a kill may have come between a look and its being kept
    const last = this.#standing?.last ?? looksIn(folder, state.step).findLast(({ by }) => this.#counts(by))
    const isNew = !this.#standing || this.#standing.ahead.verdict === 'better'
    this.#waiting = isNew ? last : undefined
  }

  /** Takes a look in. */
  see(line: LookLine): void {
    const look = lookOf(line)
    if (!look || !this.#counts(look.by)) return
    const next = afterLook(this.#standing, look)
    const isFirst = next.best === look
    this.#standing = isFirst ? undefined : next
    this.#waiting = isFirst || next.ahead.verdict === 'better' ? look : undefined
  }

  /** Whether there was no look yet of those that count, and one by such pictures would. */
  awaits(by: Look['by']): boolean {
    return this.#counts(by) && (this.#standing ?? this.#waiting) === undefined
  }

  /** Whether the network as it is now is the best and not kept yet. */
  get isWaiting(): boolean {
    return this.#waiting?.step === this.#state.step
  }

  /** Keeps it, where that is so and there is room; the best before is the best otherwise. */
  keep(): void {
    if (this.#waiting && this.isWaiting && this.#write()) this.#standing = asBest(this.#waiting)
    this.#waiting = undefined
  }

  /** The step of the best, where the last look knew clearly less and it is to be had. */
  get usedInstead(): number | undefined {
    const { best, ahead } = this.#standing ?? {}
    if (!best || ahead?.verdict !== 'worse') return undefined
    const found = openedBest(this.#place)
    using file = found?.file
    return found?.step === best.step && file?.isSound() ? best.step : undefined
  }

  /** Whether so many looks in a row knew clearly less than the best; never for 0, nor in the first half of a run that is told. */
  hasSunk(looks: number, { step, totalSteps }: { step: number; totalSteps: number } = ENDED): boolean {
    return looks > 0 && (this.#standing?.sunk ?? 0) >= looks && step >= LEAST * totalSteps
  }

  sunkInWords({ step, totalSteps }: { step: number; totalSteps: number }): string {
    const { best, ahead, sunk } = this.#standing as Standing
    const { did, less } = WORDS[best.by]
    return `Stopping early after step ${step.toLocaleString('en')} of ${totalSteps.toLocaleString('en')}: ${sunk === 1 ? 'the last look' : `the last ${sunk} looks`} ${did} clearly ${less} than that at step ${best.step.toLocaleString('en')}, whose encoder is kept; the last one ${points(ahead)} ${less}.`
  }

  #counts(by: Look['by']): boolean {
    return by === 'classes' || this.#byViews
  }
}

/** How one look is told beside another, by what was asked. */
export const WORDS = {
  classes: { did: 'knew', less: 'less', more: 'more' },
  views: { did: 'found views', less: 'worse', more: 'better' },
} as const

const ENDED = { step: 1, totalSteps: 1 }

/** How far apart two are, in points of a hundred. */
export function points({ mean, low, high }: Difference): string {
  return `${(100 * Math.abs(mean)).toFixed(1)} ± ${(50 * (high - low)).toFixed(1)} points`
}
