/** Judges a run: features of the learned and an untrained encoder, raw pixels, the protocols, and what needs no labels. */
import { SelfsameError } from '../errors.js'
import { type Data, evenly, labelledPart, Quarantine, type Source, splitForJudging } from '../images/index.js'
import {
  type Bank,
  type BankProtocol,
  effectiveRank,
  judge,
  pixels,
  retrieval,
  type Score,
  summary,
  type Table,
} from '../judge/index.js'
import type { Encoder } from '../learn/encoder/encoder.js'
import { calibrate, embed } from '../learn/features.js'
import type { Method } from '../learn/method.js'
import { type Settings, validate } from '../learn/settings.js'
import { createState, disposeState, representation } from '../learn/state.js'
import { openRun, type RunRecord } from '../run/index.js'
import { Tensor } from '../torch/index.js'
import type { Progress } from './progress.js'
import { openPictures, recordedMethod, restore } from './session.js'

export interface Judgement {
  record: RunRecord
  method: Method
  settings: Settings
  /** The pictures whose features are in `shown`. */
  gallery: Source
  /** Learned features of the gallery's pictures, float32 `[N, D]`. The caller frees them. */
  shown: Tensor
  /** For each row of `shown` the picture it was made from. */
  shownFrom: Int32Array
  table: Table
  labelFree: { retrieval: Record<Rival, Score>; rank: Record<Rival, number>; pictures: number }
  conclusion: string
  seconds: number
}

export interface JudgingOptions {
  data?: string
  protocols: readonly BankProtocol[]
  seed: number
}

const RIVALS = ['learned', 'pixels', 'untrained'] as const
type Rival = (typeof RIVALS)[number]

/** Pictures whose two views are looked for among each other. */
const RETRIEVED = 1000

/** @throws SelfsameError when the run has no checkpoint or the pictures do not fit its encoder */
export async function judgeRun(
  folder: string,
  options: JudgingOptions,
  progress: Progress,
): Promise<Judgement> {
  const began = performance.now()
  const record = openRun(folder)
  const method = await recordedMethod(folder, record)
  const settings = validate(record.settings, method)
  const data = await openPictures(options.data ?? record.data, settings, progress)
  if (data.train.channels !== settings.channels) {
    throw new SelfsameError(
      `the pictures have ${data.train.channels} channels, the encoder was trained on ${settings.channels}: judge it on pictures of the same kind`,
    )
  }
  const trained = createState(settings, method)
  const fresh = createState(settings, method)
  const owned: Tensor[] = []
  const own = <T>(value: T): T => {
    owned.push(...tensorsOf(value))
    return value
  }
  try {
    restore(folder, trained)
    if (trained.step === 0)
      throw new SelfsameError(
        `${folder} has no checkpoint yet: train it first with selfsame train --run ${folder} --resume`,
      )
    const { train, test } = split(data, options.seed)
    const reading = { quarantine: new Quarantine(train.size) }
    const encoders = [representation(trained), representation(fresh)]
    await calibrate(encoders[1] as Encoder, train, settings, reading)
    const side = async (source: Source, what: string) => {
      const embedded = await embed(source, encoders, settings, {
        quarantine: new Quarantine(source.size),
        progress: (done, total) => progress.work(what, done, total),
      })
      own([...embedded.features, embedded.pictures])
      return { ...embedded, raw: own(pixels(embedded.pictures)) }
    }
    const testSide = await side(test, 'Embedding test pictures')
    const labelled = options.protocols.length > 0 && train.labels !== undefined && test.labels !== undefined
    const table = labelled
      ? protocols(await side(train, 'Embedding'), testSide, train, test, options, progress)
      : []
    progress.note('Measuring without labels')
    const labelFree = await withoutLabels(test, encoders, settings, testSide)
    const shown = testSide.features[0] as Tensor
    owned.splice(owned.indexOf(shown), 1)
    return {
      record,
      method,
      settings,
      gallery: test,
      shown,
      shownFrom: testSide.used,
      table,
      labelFree,
      conclusion: summary(table, { retrieval: labelFree.retrieval }),
      seconds: (performance.now() - began) / 1000,
    }
  } finally {
    for (const tensor of owned) tensor.dispose()
    disposeState(trained)
    disposeState(fresh)
  }
}

type Side = { features: Tensor[]; raw: Tensor; used: Int32Array }

/** Both sides as far as their classes are known, as most of STL-10's are not; all of it where none is. */
function split(data: Data, seed: number): { train: Source; test: Source } {
  const train = labelledPart(data.train)
  const { test } = data
  return test ? { train, test: labelledPart(test) } : splitForJudging(train, { testShare: 0.2, seed })
}

function protocols(
  train: Side,
  test: Side,
  trainSource: Source,
  testSource: Source,
  { protocols, seed }: JudgingOptions,
  progress: Progress,
): Table {
  const bank = (contender: Rival): { train: Bank; test: Bank } => ({
    train: bankOf(train, contender, trainSource),
    test: bankOf(test, contender, testSource),
  })
  const banks = { learned: bank('learned'), pixels: bank('pixels'), untrained: bank('untrained') }
  return judge(banks, protocols, { seed, progress: (done, total) => progress.work('Judging', done, total) })
}

function bankOf(side: Side, contender: Rival, { labels, classes }: Source): Bank {
  const all = labels as Int32Array
  return {
    features: featuresOf(side, contender),
    labels: Int32Array.from(side.used, (index) => all[index] as number),
    classes: classes?.length ?? Math.max(...all) + 1,
  }
}

function featuresOf({ features, raw }: Side, contender: Rival): Tensor {
  return { learned: features[0] as Tensor, untrained: features[1] as Tensor, pixels: raw }[contender]
}

async function withoutLabels(
  source: Source,
  encoders: Parameters<typeof embed>[1],
  settings: Settings,
  plain: Side,
): Promise<Judgement['labelFree']> {
  const count = Math.min(source.size, RETRIEVED)
  const order = evenly(source.size, count)
  const viewed = async (view: number) => {
    const embedded = await embed(source, encoders, settings, {
      order,
      view,
      quarantine: new Quarantine(source.size),
    })
    return { ...embedded, raw: pixels(embedded.pictures) }
  }
  const [a, b] = [await viewed(0), await viewed(1)]
  const found = RIVALS.map((name) => [name, retrieval(featuresOf(a, name), featuresOf(b, name))] as const)
  const ranks = RIVALS.map((name) => [name, effectiveRank(featuresOf(plain, name))] as const)
  for (const view of [a, b])
    for (const tensor of [...view.features, view.raw, view.pictures]) tensor.dispose()
  return {
    retrieval: Object.fromEntries(found) as Record<Rival, Score>,
    rank: Object.fromEntries(ranks) as Record<Rival, number>,
    pictures: count,
  }
}

function tensorsOf(value: unknown): Tensor[] {
  if (value instanceof Tensor) return [value]
  return Array.isArray(value) ? value.flatMap(tensorsOf) : []
}
