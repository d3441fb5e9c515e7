/** Judges a run: features of the learned and an untrained encoder, pixels, the closed form, the protocols, and what needs no labels. */
import { UsageError } from '../errors.js'
import { type Data, evenSubset, fingerprint, type Source } from '../images/index.js'
import {
  type Advice,
  advice,
  BANK_PROTOCOLS,
  type Clicked,
  type Decision,
  FEW_PICTURES,
  type History,
  judgedUnlabelled,
  type Protocol,
  summary,
  type Table,
  worthOf,
} from '../judge/index.js'
import type { Method } from '../learn/method.js'
import type { Settings } from '../learn/settings.js'
import type { MetricsLine, RunRecord } from '../run/index.js'
import { setting } from '../setting.js'
import { keep, type Tensor } from '../torch/index.js'
import type { Used, Wanted } from '../trainer/judged-state.js'
import { dataOf, linksOf, list } from '../trainer/open.js'
import type { Progress } from '../trainer/progress.js'
import { type Asked, askedOf } from './asked.js'
import { Attempts, type Failure } from './attempts.js'
import { judgeBanks } from './banks.js'
import { blankIn } from './blank.js'
import { type Clicks, clicksOn } from './clicks.js'
import { closedForm, recordFor, tookGradients } from './closed-rival.js'
import { clickedBy } from './commands.js'
import { Course } from './course.js'
import { decisionOf, LEAST_DECIDED } from './decision.js'
import { cacheKey, FeatureCache } from './feature-cache.js'
import { type Fitting, fitting } from './fitting.js'
import { historyOf, verdictOf } from './history.js'
import { calibrateUntrained, type JudgedRun, openJudged } from './judged-run.js'
import type { Judging, Tell } from './judging.js'
import { type Rival, rivalOf, SUPERVISED_NETWORK } from './rival.js'
import {
  checkEnough,
  disposeSide,
  type Embedders,
  embedSide,
  type Parts,
  partsOf,
  type Side,
} from './sides.js'
import { stagesOf } from './stages.js'
import { judgeTransfer, openTransfer, type TransferResult } from './transfer.js'
import { fineTuneLines } from './tuned-lines.js'
import { judgeViews, type LabelFreeResult } from './views.js'

export interface Judgement {
  record: RunRecord
  method: Method
  settings: Settings
  /** The run's own pictures, where those were judged. */
  listed?: Data
  /** The pictures whose features are in `shown`. */
  gallery: Source
  /** Learned features of the gallery's pictures, float32 `[N, D]`. The caller frees them. */
  shown: Tensor
  /** For each row of `shown` the picture it was made from. */
  shownFrom: Int32Array
  table: Table
  /** Of the run's metrics. */
  lines: readonly MetricsLine[]
  /** Which checkpoint was judged. */
  used: Used
  /** Which pictures were asked about. */
  asked: Asked
  labelFree: LabelFreeResult
  /** Whether training was worth it, by what it never optimised; only without labels, or where it was asked for. */
  decision?: Decision
  /** What eyes are asked, where that was asked for. */
  clicks?: Clicks
  /** The encoder on other sets, where those were asked for. */
  transfer?: TransferResult
  /** A network of the same size that was trained on all labels. */
  supervised?: Pick<Rival, 'accuracy' | 'chosen'>
  conclusion: string
  /** Of collapse, at the step that is judged; absent where it was not measured by then. */
  verdict?: History['verdict']
  /** What to do next: train longer, stop, or start again. */
  advice: Advice
  /** Sentences on what was done otherwise than asked. */
  notes: string[]
  /** What was asked for and failed; all else is as if it had not been asked for. */
  failures: Failure[]
  seconds: number
}

/** What can be asked: a protocol, or for the decision without labels where there are some. */
export type Question = Protocol | 'decide'

export interface JudgingOptions {
  data?: string
  /** The run's own pictures, where they are listed already. */
  listed?: Data
  /** Whether links out of the folders of `data` and `transfer` are followed. */
  followLinks?: boolean | undefined
  protocols: readonly Question[]
  seed: number
  /** Other sets to judge the encoder on. */
  transfer?: readonly string[]
  /** Training pictures that classifiers learn from, at most; all unless given. */
  most?: number | undefined
  /** Whether the report is to ask eyes, blindly, whose neighbours are better. */
  clicks?: boolean
  /** What eyes have chosen there; it decides where there are no labels. */
  clicked?: Clicked | undefined
  /** Whether features on disk are passed over. */
  fresh?: boolean
  /** Whether a config that came with the run may be run. */
  trustConfig?: boolean
  /** Of one's own, where the run was begun with one from TypeScript. */
  method?: Method
  /** Which checkpoint is judged: the best where the last is clearly worse, unless given. */
  checkpoint?: Wanted
  /** Ends the judgement at once, but for what was kept. */
  signal?: AbortSignal | undefined
}

/**
 * @throws SelfsameError when the run has no checkpoint or the pictures do not fit its encoder; the reason of the signal, when it is
 * aborted: what was embedded and answered by then is kept in the run, and the same judgement goes on from there
 */
export async function judgeRun(
  folder: string,
  options: JudgingOptions,
  progress: Progress,
): Promise<Judgement> {
  const began = performance.now()
  const run = await openJudged(folder, progress, options)
  const frees: (() => void)[] = [() => run.dispose()]
  try {
    const { settings, learned, untrained, digests } = run
    const { seed, signal } = options
    const { listed, data, parts, all } = await picturesOf(run, options, progress)
    const { train, test } = parts
    // whoever has no part for testing has none that training did not see
    const decidedOn = parts.labelled ? test : (data.test ?? data.train)
    const asksFor = !parts.labelled || options.protocols.includes('decide')
    const decides = asksFor && decidedOn.size >= LEAST_DECIDED
    if (options.clicked && !decides) throw new UsageError(nothingToDecide(asksFor))
    const protocols = parts.labelled ? options.protocols.filter((name) => name !== 'decide') : []
    const onBanks = BANK_PROTOCOLS.filter((name) => protocols.includes(name))
    const tuned = protocols.includes('finetune')
    const notes = [...notesOn(data, options), ...fewerOf(train.size, all)]
    if (run.used.why) notes.push(`${run.used.why}.`)
    const attempts = new Attempts((text) => notes.push(text), [], signal)
    const cache = new FeatureCache(folder, { fresh: options.fresh ?? false })
    const judging: Judging = { seed, cache, attempts, badShare: run.record.badShare, signal }
    const others = await openTransfer(options.transfer ?? [], settings, seed, progress, options)
    const { clicks = false, clicked } = options
    // there is nothing to say of it otherwise
    const closes = tookGradients(run) && (onBanks.length > 0 || others.length > 0 || decides || clicks)
    const course = new Course(progress, stagesOf(parts, protocols, others, { closes, decides, clicks }))
    await calibrateUntrained(run, train, judging)
    const calibrated = `${digests.untrained} ${await fingerprint(train)}`
    const onRival = tuned ? course.next() : () => {}
    const rival = tuned
      ? await attempts.of(SUPERVISED_NETWORK, () => rivalOf(run, parts, judging, onRival))
      : undefined
    if (rival) frees.push(() => rival.dispose())
    const closed = closes ? await closedForm(run, parts, judging, course.next()) : undefined
    if (closed) frees.push(() => closed.dispose())
    const embedders: Embedders = {
      learned: { encoder: async () => learned, digest: digests.learned },
      untrained: { encoder: async () => untrained, digest: calibrated },
      ...(closed && { closed: closed.embedder }),
    }
    const side = async (source: Source): Promise<Side> => {
      const all = { ...embedders, ...(rival && { supervised: rival.embedder }) }
      const own = { ...judging, settings, embedders: all, progress: course.next() }
      const embedded = await embedSide(source, own)
      frees.push(() => disposeSide(embedded))
      return embedded
    }
    const testSide = await side(test)
    const table: Table = []
    if (onBanks.length > 0) {
      const trainSide = await side(train)
      table.push(...(await judgeBanks(trainSide, testSide, onBanks, judging, course.next())))
      // a gigabyte that fine-tuning has better use for
      disposeSide(trainSide)
    }
    if (tuned) table.push(...(await fineTuneLines(run, parts, judging, course.next())))
    const labelFree = await labelFreeOf(run, testSide, judging, course.next())
    const decision = decides
      ? await decisionOf(
          {
            settings,
            source: decidedOn,
            // folders may be the classes, and names in them their numbers
            ...(!parts.labelled && { named: data.train }),
            embedders,
            measures: labelFree.lines,
            record: recordFor(run),
            clicked,
          },
          judging,
          course.next(),
        )
      : undefined
    const unlabelled = decides && !parts.labelled
    const onClicks = clicks ? course.next() : () => {}
    const questions = clicks
      ? await attempts.of('Asking eyes', () =>
          clicksOn(decidedOn, { settings, embedders }, judging, onClicks),
        )
      : undefined
    const transfer =
      others.length > 0 ? await judgeTransfer(others, judging, { settings, embedders }, course) : undefined
    progress.close()
    const blank = blankIn(testSide, parts)
    const given = run.record.init !== undefined
    const { pictures } = run.record
    const tooFew = !parts.labelled && !given && pictures < FEW_PICTURES
    const history = {
      ...historyOf(run),
      blank,
      solved: !tookGradients(run),
      ...(tooFew && { tooFew: pictures }),
    }
    const verdict = verdictOf(run, history)
    const shown = keep(testSide.features.get('learned') as Tensor)
    testSide.features.delete('learned')
    const hasRival = testSide.features.has('supervised')
    return {
      record: run.record,
      method: run.method,
      settings,
      ...(listed && { listed }),
      gallery: test,
      shown,
      shownFrom: testSide.used,
      table,
      lines: run.lines,
      used: run.used,
      asked: askedOf(data, parts, run, options.data, labelFree.pictures),
      labelFree,
      ...(decision && { decision }),
      ...(questions && {
        clicks: { ...questions, ...(unlabelled && { command: clickedBy(folder, options.data) }) },
      }),
      ...(transfer && { transfer }),
      ...(rival && hasRival && { supervised: { accuracy: rival.accuracy, chosen: rival.chosen } }),
      ...(verdict && { verdict }),
      advice: advice(
        history,
        labelFree.lines,
        worthOf(table, decision, { given, asksEyes: questions !== undefined }),
      ),
      conclusion: summary(table, labelFree.lines, blank, given, decision),
      notes,
      failures: attempts.failures,
      seconds: (performance.now() - began) / 1000,
    }
  } finally {
    for (const free of frees.reverse()) free()
  }
}

/** The pictures to judge on, in the channels that the encoder knows; `listed` where they are the run's own. */
async function picturesOf(
  { record, settings }: JudgedRun,
  options: JudgingOptions,
  progress: Progress,
): Promise<{ listed?: Data; data: Fitting; parts: Parts; all: number }> {
  const spec = options.data ?? dataOf(record)
  const own = options.data === undefined && !options.followLinks
  const listed = (own && options.listed) || (await list(spec, progress, own ? linksOf(record) : options))
  const data = fitting(spec, listed, settings)
  const parts = partsOf(data, options.seed)
  checkEnough(spec, data, parts)
  const { most = Number.POSITIVE_INFINITY } = options
  const kept = { ...parts, train: evenSubset(parts.train, most) }
  return { ...(own && { listed }), data, parts: kept, all: parts.train.size }
}

function notesOn(data: Fitting, { protocols }: JudgingOptions): string[] {
  const fitted = data.note ? [`${data.note}.`] : []
  const why = protocols.length > 0 ? judgedUnlabelled(data) : undefined
  return why === undefined ? fitted : [`${why}.`, ...fitted]
}

function nothingToDecide(unlabelled: boolean): string {
  const why = unlabelled ? `there are fewer than ${LEAST_DECIDED}` : 'labels decide here'
  return `${setting('clicked')} counts for ${LEAST_DECIDED} pictures or more without classes, and ${why}: leave it out`
}

function fewerOf(taken: number, all: number): string[] {
  const [some, every] = [taken, all].map((count) => count.toLocaleString('en'))
  return taken < all ? [`Classifiers learned from ${some} of the ${every} training pictures.`] : []
}

async function labelFreeOf(
  { learned, untrained, settings }: JudgedRun,
  test: Side,
  judging: Judging,
  progress: Tell,
): Promise<LabelFreeResult> {
  const { seed, cache, attempts } = judging
  const views = [test.keys.get('learned'), test.keys.get('untrained')]
  const found = await attempts.of('Measuring without labels', () =>
    cache.result(cacheKey({ views, seed, revision: 4 }), () =>
      judgeViews({ learned, untrained }, settings, test, { ...judging, progress }),
    ),
  )
  return found ?? { lines: [], pictures: 0 }
}
