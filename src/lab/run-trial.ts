/** Trains one network of a study and measures it. */
import { cpus } from 'node:os'
import { embedSides } from '../encode/embed-sides.js'
import type { Encoder } from '../encode/encoder.js'
import { classCount, evenSubset } from '../images/index.js'
import { allFinite, knn, type LogisticOptions, logisticRegression } from '../judge/index.js'
import type { Method } from '../learn/method.js'
import { planRun } from '../learn/schedule.js'
import { preprocessOf } from '../learn/settings.js'
import { createState, disposeState, representation, type TrainingState } from '../learn/state.js'
import { train } from '../learn/train.js'
import { untrainedState } from '../learn/untrained.js'
import { colourReadOff } from './colour.js'
import type { TrialPictures } from './pictures.js'
import type { Result } from './result.js'
import type { Trial } from './trial.js'

/** Pictures of each side that judge the network halfway. */
const HALFWAY = { train: 2000, test: 1000 }
/** How the linear classifier of a result is fitted. */
const LINEAR: LogisticOptions = { penalties: [1e-4, 1e-3, 1e-2, 1e-1], tolerance: 1e-4 }
/** Share of a trial's time that training usually takes. */
const TRAINING = 0.7

export interface TrialOptions {
  /** Told the share that is done, 0 to 1. */
  progress?: ((share: number) => void) | undefined
  /** Ends the trial after a step or a batch. */
  signal?: AbortSignal | undefined
}

/** @throws the reason of the signal once it is aborted, and what training and embedding throw */
export async function runTrial(
  { settings, untrained, readouts }: Trial,
  method: Method,
  pictures: TrialPictures,
  { progress, signal }: TrialOptions = {},
): Promise<Result> {
  const began = process.cpuUsage()
  const state = untrained
    ? await untrainedState(settings, method, pictures.training)
    : createState(settings, method)
  try {
    const onTraining = (share: number) => progress?.(share * TRAINING)
    const course: Course = untrained ? {} : await follow(state, pictures, { progress: onTraining, signal })
    const judged =
      course.state === 'diverged' ? undefined : await judge(state, readouts, pictures, { progress, signal })
    return {
      ...course,
      ...(judged ?? diverged(pictures)),
      steps: state.step,
      seconds: coreSeconds(began),
      precision: settings.precision,
      processor: cpus()[0]?.model.trim() ?? 'unknown processor',
    }
  } finally {
    disposeState(state)
  }
}

/** Of all threads together: waiting for other processes does not count. */
function coreSeconds(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since)
  return (user + system) / 1e6
}

type Course = Pick<Result, 'positive' | 'others' | 'rank' | 'state' | 'quarters' | 'halfway'>
type Judged = Pick<Result, 'linear' | 'knn' | 'colour' | 'layer1' | 'layer2'>

/** Trains to the end, or to where it diverges. */
async function follow(
  state: TrainingState,
  { training, judging }: TrialPictures,
  { progress, signal }: TrialOptions,
): Promise<Course> {
  const { totalSteps } = planRun(state.settings, training.size)
  const quarters = [1, 2, 3, 4].map((quarter) => Math.ceil((totalSteps * quarter) / 4))
  const course: Course & { quarters: number[] } = { quarters: [] }
  for await (const event of train(state, training, { measureAt: quarters })) {
    if (event.type === 'measure') {
      const { positive, others, effectiveRank: rank } = event.measures
      Object.assign(course, { positive, others, rank, state: event.verdict.state })
      continue
    }
    // the last event
    if (!Number.isFinite(event.loss)) course.state = 'diverged'
    progress?.(event.step / totalSteps)
    if (quarters.includes(event.step) && course.others !== undefined) course.quarters.push(course.others)
    if (event.step === quarters[1] && course.state !== 'diverged') {
      course.halfway = await nearestNow(state, judging)
    }
    // an abort is only heard when the event loop turns
    await new Promise(setImmediate)
    signal?.throwIfAborted()
  }
  return course
}

async function nearestNow(state: TrainingState, { train, test }: TrialPictures['judging']): Promise<number> {
  const few = { train: evenSubset(train, HALFWAY.train), test: evenSubset(test, HALFWAY.test) }
  const how = preprocessOf(state.settings)
  using embedded = await embedSides(few, [representation(state)], how, { classes: classCount(train, test) })
  const [banks] = embedded.banks
  return knn(banks.train, banks.test).mean
}

/** Undefined where features are not finite. */
async function judge(
  state: TrainingState,
  readouts: number,
  { judging }: TrialPictures,
  { progress, signal }: TrialOptions,
): Promise<Judged | undefined> {
  const { settings } = state
  const encoders: [Encoder, ...Encoder[]] = [
    representation(state),
    ...Array.from({ length: readouts }, (_, i) => representation(state, { layers: i + 1 })),
  ]
  const onBatch = () => signal?.throwIfAborted()
  using embedded = await embedSides(judging, encoders, preprocessOf(settings), { onBatch })
  const { banks, pictures } = embedded
  progress?.((1 + TRAINING) / 2)
  const [{ train, test }] = banks
  if (!allFinite(train.features) || !allFinite(test.features)) return undefined
  const [linear, layer1, layer2] = banks.map(
    (one) => logisticRegression(one.train, one.test, LINEAR).mean,
  ) as [number, number?, number?]
  return {
    linear,
    ...(layer1 !== undefined && { layer1 }),
    ...(layer2 !== undefined && { layer2 }),
    knn: knn(train, test).mean,
    ...(settings.channels === 3 && {
      colour: colourReadOff(
        { features: train.features, pictures: pictures.train },
        { features: test.features, pictures: pictures.test },
      ),
    }),
  }
}

/** A network whose weights or features are not finite guesses. */
function diverged({ judging }: TrialPictures): Pick<Result, 'linear' | 'knn' | 'state'> {
  const guess = 1 / classCount(judging.train, judging.test)
  return { linear: guess, knn: guess, state: 'diverged' }
}
