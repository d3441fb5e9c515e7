/** Judges a run: features of the learned and an untrained encoder, raw pixels, the protocols, and what needs no labels. */
import { allAlike, type Data, fingerprint, type Source } from '../images/index.js'
import {
  type Advice,
  advice,
  BANK_PROTOCOLS,
  type History,
  type Protocol,
  summary,
  type Table,
} from '../judge/index.js'
import type { Method } from '../learn/method.js'
import type { Settings } from '../learn/settings.js'
import type { RunRecord } from '../run/index.js'
import { keep, type Tensor } from '../torch/index.js'
import { dataOf, linksOf, list } from '../trainer/open.js'
import type { Progress } from '../trainer/progress.js'
import { type Asked, askedOf } from './asked.js'
import { Attempts, type Failure } from './attempts.js'
import { judgeBanks } from './banks.js'
import { Course, type Stage } from './course.js'
import { cacheKey, FeatureCache } from './feature-cache.js'
import { fineTune } from './fine-tuning.js'
import { fitting } from './fitting.js'
import { historyOf } from './history.js'
import { calibrateUntrained, type JudgedRun, openJudged } from './judged-run.js'
import { type Rival, type RivalOptions, rivalOf, SUPERVISED_NETWORK } from './rival.js'
import { checkEnough, disposeSide, embedSide, type Parts, partsOf, type Side } from './sides.js'
import { judgeTransfer, type Opened, openTransfer, type TransferResult } from './transfer.js'
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
  /** Which pictures were asked about. */
  asked: Asked
  labelFree: LabelFreeResult
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

export interface JudgingOptions {
  data?: string
  /** The run's own pictures, where they are listed already. */
  listed?: Data
  /** Whether links out of the folders of `data` and `transfer` are followed. */
  followLinks?: boolean | undefined
  protocols: readonly Protocol[]
  seed: number
  /** Other sets to judge the encoder on. */
  transfer?: readonly string[]
  /** Whether features on disk are passed over. */
  fresh?: boolean
  /** Whether a config that came with the run may be run. */
  trustConfig?: boolean
  /** Of one's own, where the run was begun with one from TypeScript. */
  method?: Method
}

/** @throws SelfsameError when the run has no checkpoint or the pictures do not fit its encoder */
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
    const badShare = run.record.badShare
    const { seed } = options
    const { followLinks } = options
    const spec = options.data ?? dataOf(run.record)
    const own = options.data === undefined && !followLinks
    const listed =
      (own && options.listed) || (await list(spec, progress, own ? linksOf(run.record) : options))
    const data = fitting(spec, listed, settings)
    const parts = partsOf(data, seed)
    checkEnough(spec, data, parts)
    const { train, test } = parts
    const protocols = parts.labelled ? options.protocols : []
    const onBanks = BANK_PROTOCOLS.filter((name) => protocols.includes(name))
    const tuned = protocols.includes('finetune')
    const notes = notesOn(parts, data, options)
    const note = (text: string) => notes.push(text)
    const attempts = new Attempts(note)
    if (data.note) note(`${data.note}.`)
    const others = await openTransfer(options.transfer ?? [], settings, seed, progress, options)
    const course = new Course(progress, stagesOf(parts, protocols, others))
    const cache = new FeatureCache(folder, { fresh: options.fresh ?? false })
    await calibrateUntrained(run, train)
    const calibrated = `${digests.untrained} ${await fingerprint(train)}`
    const onRival = tuned ? course.next() : () => {}
    const rival = tuned
      ? await attempts.of(SUPERVISED_NETWORK, () =>
          rivalOf(run, parts, { seed, cache, progress: onRival, attempts }),
        )
      : undefined
    if (rival) frees.push(() => rival.dispose())
    const embedders = {
      learned: { encoder: async () => learned, digest: digests.learned },
      untrained: { encoder: async () => untrained, digest: calibrated },
      ...(rival && { supervised: rival.embedder }),
    }
    const side = async (source: Source): Promise<Side> => {
      const embedded = await embedSide(source, {
        settings,
        cache,
        embedders,
        badShare,
        progress: course.next(),
      })
      frees.push(() => disposeSide(embedded))
      return embedded
    }
    const testSide = await side(test)
    const table: Table = []
    if (onBanks.length > 0) {
      const trainSide = await side(train)
      const progress = course.next()
      table.push(...judgeBanks(trainSide, testSide, onBanks, { seed, cache, attempts, progress }))
      // a gigabyte that fine-tuning has better use for
      disposeSide(trainSide)
    }
    if (tuned) {
      const progress = course.next()
      const lines = await attempts.of('Fine-tuning', () =>
        fineTuneLines(run, parts, { seed, cache, progress }),
      )
      table.push(...(lines ?? []))
    }
    const onViews = course.next()
    const labelFree = (await attempts.of('Measuring without labels', () =>
      cache.result(
        cacheKey({
          views: [testSide.keys.get('learned'), testSide.keys.get('untrained')],
          seed,
          revision: 3,
        }),
        () =>
          judgeViews({ learned, untrained }, settings, testSide, {
            seed,
            badShare,
            progress: onViews,
          }),
      ),
    )) ?? { lines: [], pictures: 0 }
    const { supervised: _, ...transferred } = embedders
    const transfer =
      others.length > 0
        ? await judgeTransfer(others, {
            settings,
            cache,
            badShare,
            embedders: transferred,
            seed,
            course,
            attempts,
          })
        : undefined
    progress.close()
    // a single one differs from none, and is no sign of that
    const alike = testSide.used.length > 1 && allAlike(testSide.features.get('pixels') as Tensor)
    const history = historyOf(run)
    const shown = keep(testSide.features.get('learned') as Tensor)
    testSide.features.delete('learned')
    const hasRival = testSide.features.has('supervised')
    return {
      record: run.record,
      method: run.method,
      settings,
      ...(own && { listed }),
      gallery: test,
      shown,
      shownFrom: testSide.used,
      table,
      asked: askedOf(data, parts, run, options.data, labelFree.pictures),
      labelFree,
      ...(transfer && { transfer }),
      ...(rival && hasRival && { supervised: { accuracy: rival.accuracy, chosen: rival.chosen } }),
      ...(history.verdict && { verdict: history.verdict }),
      advice: advice({ ...history, alike }, labelFree.lines),
      conclusion: summary(table, labelFree.lines, alike),
      notes,
      failures: attempts.failures,
      seconds: (performance.now() - began) / 1000,
    }
  } finally {
    for (const free of frees.reverse()) free()
  }
}

function notesOn({ labelled }: Parts, data: Data, { protocols }: JudgingOptions): string[] {
  if (labelled || protocols.length === 0) return []
  const known = [data.train, data.test]
    .flatMap((source) => [...(source?.labels ?? [])])
    .filter((label) => label >= 0)
  if (known.length === 0) return ['No labels were found, so this is judged without.']
  const why =
    new Set(known).size === 1 ? 'All labelled pictures are of one class' : 'No class has two pictures'
  return [`${why}, so this is judged without labels.`]
}

async function fineTuneLines(
  { trained, digests, record }: JudgedRun,
  { train, test }: Parts,
  { seed, cache, progress }: RivalOptions,
): Promise<Table> {
  const pictures = `${await fingerprint(train)} ${await fingerprint(test)}`
  const digest = `fine-tuned ${trained.step} ${digests.learned} ${pictures}`
  const key = (name: string) => cacheKey({ digest, seed, name })
  const context = { state: trained, train, test, badShare: record.badShare }
  return await fineTune(context, {
    seed,
    kept: {
      read: (name) => cache.readResult(key(name)),
      write: (line) => cache.writeResult(key(line.name), line),
    },
    progress: (_, done, total) => progress(done, total),
  })
}

/** Seconds a stage may take, guessed from the number of pictures. */
function stagesOf(
  { train, test }: Parts,
  protocols: readonly Protocol[],
  others: readonly Opened[],
): Stage[] {
  const embed = (source: Source) => 0.5 + source.size / 4000
  const onBanks = BANK_PROTOCOLS.filter((name) => protocols.includes(name))
  const tuned = protocols.includes('finetune')
  return [
    ...(tuned ? [{ name: 'training a supervised network', weight: 30 }] : []),
    { name: 'embedding test pictures', weight: embed(test) },
    ...(onBanks.length > 0 ? [{ name: 'embedding training pictures', weight: embed(train) }] : []),
    ...(onBanks.length > 0
      ? [{ name: 'judging features', weight: onBanks.length * (0.5 + train.size / 3000) }]
      : []),
    ...(tuned ? [{ name: 'fine-tuning', weight: 60 }] : []),
    { name: 'measuring without labels', weight: 3 + Math.min(2000, test.size) / 400 },
    ...others.map(({ set, parts }) => ({
      name: `transfer to ${set}`,
      weight: embed(parts.test) + embed(parts.train) + 0.5 + parts.train.size / 3000,
    })),
  ]
}
