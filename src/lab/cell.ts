/** One network of a study: which it is, and how it is trained and measured. */

import { createHash } from 'node:crypto'
import { cpus } from 'node:os'
import { bankOf } from '../encode/bank.js'
import { embed } from '../encode/embed.js'
import type { Encoder } from '../encode/encoder.js'
import {
  classCount,
  evenly,
  labelledPart,
  openData,
  type Source,
  splitForJudging,
  subset,
} from '../images/index.js'
import { allFinite, type Bank, knn, type LogisticOptions, logisticRegression } from '../judge/index.js'
import { ENCODER_DEFAULTS } from '../learn/encoder/spec.js'
import type { Method } from '../learn/method.js'
import { planRun } from '../learn/schedule.js'
import type { Settings } from '../learn/settings.js'
import { preprocessOf } from '../learn/settings.js'
import { createState, disposeState, representation, type TrainingState } from '../learn/state.js'
import { train } from '../learn/train.js'
import { untrainedState } from '../learn/untrained.js'
import { colourReadOff } from './colour.js'
import type { Result } from './result.js'

/** Raised when what is measured changes, so that older results are not taken for new ones. */
const MEASURED = 1
/** The same for how networks that are not trained get their statistics. */
const CALIBRATED = 2

/** Everything a result depends on. Two studies that ask for the same network share it. */
export interface Cell {
  /** What `openData` takes. */
  data: string
  /** Of a set that is not known by name: what tells its pictures from others under the same path. */
  looks?: string
  /** Of a method made of parts in a user's own study: the text of its parts. */
  parts?: string
  /** How many of the set's training pictures are learned from, at even distances. */
  pictures: number
  settings: Settings
  untrained: boolean
  readouts: number
}

/** Labelled training pictures that the classifiers learn from, and test pictures they are asked about. */
const KNOWN = 10_000
const ASKED = 10_000
const LEAST_ASKED = 200
/** How the linear classifier of a result is fitted. */
const LINEAR: LogisticOptions = { penalties: [1e-4, 1e-3, 1e-2, 1e-1], tolerance: 1e-4 }
/** The same halfway. */
const SOME_KNOWN = 2000
const SOME_ASKED = 1000

/**
 * The name of a cell in the store: a hash of all that it depends on, but for the precision. That one is the machine's, and a
 * study begun on one machine goes on on another; the result says which it was. A random first layer is not named, as there was no
 * other when the first results were made.
 */
export function cellId({ settings, ...cell }: Cell): string {
  const { precision: _, encoder, ...own } = settings
  // as earlier versions wrote it, with the options of every kind
  const whole = { ...ENCODER_DEFAULTS, ...encoder }
  const { firstLayer, ...rest } = whole
  const version = { measured: MEASURED, ...(cell.untrained && { calibrated: CALIBRATED }) }
  const text = JSON.stringify(
    sorted({ ...cell, settings: { ...own, encoder: firstLayer === 'random' ? rest : whole }, ...version }),
  )
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

/** The pictures of a cell: what is learned from, and the two sides it is judged on. */
export interface Pictures {
  learned: Source
  known: Source
  asked: Source
}

/** What is learned from and what is asked about: the set's own sides, or those it is split into. */
export async function openSides(data: string): Promise<{ train: Source; test: Source }> {
  const { train, test } = await openData(data)
  return test ? { train, test } : splitForJudging(train)
}

/** @throws UsageError when the pictures have no classes */
export async function openCellPictures(data: string, pictures: number): Promise<Pictures> {
  const { train, test } = await openSides(data)
  const learned = some(train, pictures)
  // a short run is not worth a long judgement
  const asked = Math.min(ASKED, Math.max(LEAST_ASKED, pictures))
  return { learned, known: some(labelledPart(learned), KNOWN), asked: some(labelledPart(test), asked) }
}

/** Opens a set once for all the networks that want it. */
export async function picturesOf(
  opened: Map<string, Promise<Pictures>>,
  { data, pictures }: { data: string; pictures: number },
): Promise<Pictures> {
  const key = `${pictures} ${data}`
  const found = opened.get(key) ?? openCellPictures(data, pictures)
  opened.set(key, found)
  return await found
}

/** The pictures at even distances, or the source itself where it has no more. */
export function some(source: Source, count: number): Source {
  return count < source.size ? subset(source, evenly(source.size, count)) : source
}

/** @param progress told the share that is done, 0 to 1 */
export async function runCell(
  { settings, untrained, readouts }: Cell,
  method: Method,
  pictures: Pictures,
  progress: (share: number) => void = () => {},
): Promise<Result> {
  const began = process.cpuUsage()
  const state = untrained
    ? await untrainedState(settings, method, pictures.learned)
    : createState(settings, method)
  try {
    const measured: Course = untrained
      ? {}
      : await follow(state, pictures, (share) => progress(share * TRAINING))
    const own = representation(state)
    const encoders = [own, ...layersOf(state, readouts)]
    const judged =
      measured.state === 'diverged' ? guess(pictures) : await judgeAll(encoders, pictures, settings, progress)
    return {
      ...measured,
      ...judged,
      steps: state.step,
      seconds: coreSeconds(began),
      precision: settings.precision,
      processor: cpus()[0]?.model.trim() ?? 'unknown processor',
    }
  } finally {
    disposeState(state)
  }
}

/** Of all threads together, since then: a process that has to wait for its neighbours counts no more. */
function coreSeconds(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since)
  return (user + system) / 1e6
}

/** Share of a cell's time that training usually takes. */
const TRAINING = 0.7

type Course = Pick<Result, 'positive' | 'others' | 'rank' | 'state' | 'quarters' | 'halfway'>

/** Trains to the end, or to where it diverges. */
async function follow(
  state: TrainingState,
  { learned, known, asked }: Pictures,
  progress: (share: number) => void,
): Promise<Course> {
  const { totalSteps } = planRun(state.settings, learned.size)
  const quarters = [1, 2, 3, 4].map((quarter) => Math.ceil((totalSteps * quarter) / 4))
  const course: Course & { quarters: number[] } = { quarters: [] }
  for await (const event of train(state, learned, { measureAt: quarters })) {
    if (event.type === 'measure') {
      const { positive, others, effectiveRank: rank } = event.measures
      Object.assign(course, { positive, others, rank, state: event.verdict.state })
      continue
    }
    // the last event
    if (!Number.isFinite(event.loss)) course.state = 'diverged'
    progress(event.step / totalSteps)
    if (quarters.includes(event.step) && course.others !== undefined) course.quarters.push(course.others)
    if (event.step === quarters[1] && course.state !== 'diverged') {
      course.halfway = await nearestNow(state, known, asked)
    }
  }
  return course
}

async function nearestNow(state: TrainingState, known: Source, asked: Source): Promise<number> {
  const encoder = representation(state)
  const classes = classCount(known, asked)
  const bank = await banksOf(some(known, SOME_KNOWN), [encoder], state.settings, classes)
  const queries = await banksOf(some(asked, SOME_ASKED), [encoder], state.settings, classes)
  try {
    return knn(bank.banks[0] as Bank, queries.banks[0] as Bank).mean
  } finally {
    bank.free()
    queries.free()
  }
}

/** The encoder with one, two … layers of the projector on top. */
function layersOf(state: TrainingState, readouts: number): Encoder[] {
  return Array.from({ length: readouts }, (_, i) => {
    const readout = { ...state.settings.readout, layers: i + 1 }
    return representation({ ...state, settings: { ...state.settings, readout } })
  })
}

async function judgeAll(
  encoders: readonly Encoder[],
  { known, asked }: Pictures,
  settings: Settings,
  progress: (share: number) => void,
): Promise<Pick<Result, 'linear' | 'knn' | 'colour' | 'layer1' | 'layer2' | 'state'>> {
  const classes = classCount(known, asked)
  const bank = await banksOf(known, encoders, settings, classes)
  const queries = await banksOf(asked, encoders, settings, classes)
  try {
    progress((1 + TRAINING) / 2)
    const own = { known: bank.banks[0] as Bank, asked: queries.banks[0] as Bank }
    if (!allFinite(own.known.features) || !allFinite(own.asked.features)) return guess({ known, asked })
    const [linear, layer1, layer2] = bank.banks.map(
      (one, i) => logisticRegression(one, queries.banks[i] as Bank, LINEAR).mean,
    ) as [number, number?, number?]
    return {
      linear,
      ...(layer1 !== undefined && { layer1 }),
      ...(layer2 !== undefined && { layer2 }),
      knn: knn(own.known, own.asked).mean,
      ...(settings.channels === 3 && {
        colour: colourReadOff(
          { features: own.known.features, pictures: bank.pictures },
          { features: own.asked.features, pictures: queries.pictures },
        ),
      }),
    }
  } finally {
    bank.free()
    queries.free()
  }
}

/** What a network that is no number any more is worth: a guess. */
function guess({
  known,
  asked,
}: Pick<Pictures, 'known' | 'asked'>): Pick<Result, 'linear' | 'knn' | 'state'> {
  const classes = classCount(known, asked)
  return { linear: 1 / classes, knn: 1 / classes, state: 'diverged' }
}

async function banksOf(source: Source, encoders: readonly Encoder[], settings: Settings, classes: number) {
  const { features, pictures, used } = await embed(source, encoders, preprocessOf(settings))
  return {
    banks: features.map((one) => bankOf(one, used, source, classes)),
    pictures,
    free: () => {
      for (const tensor of [...features, pictures]) tensor.dispose()
    },
  }
}

/** The same value with the keys of all objects in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, own]) => [key, sorted(own)]),
  )
}
