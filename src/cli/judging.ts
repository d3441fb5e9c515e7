/** Judges a run: features of the learned and an untrained encoder, raw pixels, the protocols, and what needs no labels. */
import type { Source } from '../images/index.js'
import { type BankProtocol, summary, type Table } from '../judge/index.js'
import type { Method } from '../learn/method.js'
import type { Settings } from '../learn/settings.js'
import type { RunRecord } from '../run/index.js'
import { keep, type Tensor } from '../torch/index.js'
import { judgeBanks } from './judging/banks.js'
import { Course, type Stage } from './judging/course.js'
import { FeatureCache } from './judging/feature-cache.js'
import { calibrateUntrained, openJudged } from './judging/judged-run.js'
import { disposeSide, embedSide, fingerprint, type Parts, partsOf, type Side } from './judging/sides.js'
import { judgeViews, type LabelFreeResult } from './judging/views.js'
import type { Progress } from './progress.js'
import { openPictures } from './session.js'

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
  labelFree: LabelFreeResult
  conclusion: string
  /** Sentences on what was done otherwise than asked. */
  notes: string[]
  seconds: number
}

export interface JudgingOptions {
  data?: string
  protocols: readonly BankProtocol[]
  seed: number
  /** Whether features on disk are passed over. */
  fresh?: boolean
}

/** @throws SelfsameError when the run has no checkpoint or the pictures do not fit its encoder */
export async function judgeRun(
  folder: string,
  options: JudgingOptions,
  progress: Progress,
): Promise<Judgement> {
  const began = performance.now()
  const run = await openJudged(folder, progress)
  const sides: Side[] = []
  try {
    const { settings, learned, untrained, digests } = run
    const data = await openPictures(options.data ?? run.record.data, settings, progress)
    const parts = partsOf(data, options.seed)
    const { train, test } = parts
    const protocols = parts.labelled ? options.protocols : []
    const notes = notesOn(parts, options)
    const course = new Course(progress, stagesOf(parts, protocols))
    await calibrateUntrained(run, train)
    const calibrated = `${digests.untrained} ${await fingerprint(train)}`
    const embedding = {
      settings,
      cache: new FeatureCache(folder, { fresh: options.fresh ?? false }),
      embedders: {
        learned: { encoder: learned, digest: digests.learned },
        untrained: { encoder: untrained, digest: calibrated },
      },
    }
    const side = async (source: Source) => {
      const embedded = await embedSide(source, { ...embedding, progress: course.next() })
      sides.push(embedded)
      return embedded
    }
    const testSide = await side(test)
    const table =
      protocols.length > 0
        ? judgeBanks(await side(train), testSide, protocols, {
            seed: options.seed,
            progress: () => course.next(),
            note: (text) => notes.push(text),
          })
        : []
    const labelFree = await judgeViews({ learned, untrained }, settings, testSide, {
      seed: options.seed,
      progress: course.next(),
    })
    progress.close()
    const shown = keep(testSide.features.get('learned') as Tensor)
    testSide.features.delete('learned')
    return {
      record: run.record,
      method: run.method,
      settings,
      gallery: test,
      shown,
      shownFrom: testSide.used,
      table,
      labelFree,
      conclusion: summary(table, labelFree.lines),
      notes,
      seconds: (performance.now() - began) / 1000,
    }
  } finally {
    for (const one of sides) disposeSide(one)
    run.dispose()
  }
}

function notesOn({ labelled, train, test }: Parts, { protocols }: JudgingOptions): string[] {
  if (labelled || protocols.length === 0) return []
  const known = [train, test].flatMap(({ labels }) => [...(labels ?? [])]).filter((label) => label >= 0)
  if (known.length === 0) return ['No labels were found, so this is judged without.']
  return ['All labelled pictures are of one class, so this is judged without labels.']
}

/** Seconds a stage may take, guessed from the number of pictures. */
function stagesOf({ train, test }: Parts, protocols: readonly BankProtocol[]): Stage[] {
  const embed = (source: Source) => 0.5 + source.size / 4000
  return [
    { name: 'embedding test pictures', weight: embed(test) },
    ...(protocols.length > 0 ? [{ name: 'embedding training pictures', weight: embed(train) }] : []),
    ...protocols.map((name) => ({ name: `${name} protocol`, weight: 0.5 + train.size / 3000 })),
    { name: 'measuring without labels', weight: 3 + Math.min(2000, test.size) / 400 },
  ]
}
