/** What the vision transformer of a run looks at, as PNG files. */
import { join } from 'node:path'
import { centerCrops } from '../encode/crops.js'
import type { TokenEncoder } from '../encode/encoder.js'
import { standardize } from '../encode/input.js'
import { SelfsameError, UsageError } from '../errors.js'
import { imagesOf } from '../evaluate/gallery.js'
import { batches, evenly, Quarantine, type Source } from '../images/index.js'
import { encoderName } from '../learn/encoder/encoders.js'
import { picturesFor } from '../learn/pictures.js'
import type { Settings } from '../learn/settings.js'
import { disposeState, judgedBranch } from '../learn/state.js'
import { writeAtomically } from '../run/index.js'
import { setting } from '../setting.js'
import { scope } from '../torch/index.js'
import { dataOf, linksOf, list } from '../trainer/open.js'
import { type Progress, SILENT } from '../trainer/progress.js'
import { openTrained } from '../trainer/trained.js'
import { attentionSheet } from './attention-sheet.js'
import type { LoadOptions } from './load-encoder.js'

export interface AttentionOptions extends LoadOptions {
  /** Pictures to look at; those it is judged on unless given. */
  data?: string | undefined
  /** Gets the files; `attention` in the run unless given. */
  out?: string | undefined
  /** Pictures, at even distances; 8 unless given. */
  count?: number
  /** Side in px that they are looked at, a multiple of the patch; twice the judged one unless given. */
  size?: number | undefined
  /** Shows only the patches that hold this share of the attention; all unless given. */
  mass?: number
  progress?: Progress
}

/** Rows on one sheet. */
export const ROWS = 8

/**
 * Writes sheets of what the encoder of a run looks at: in each row the picture, the mean over the heads, then head by head.
 * @returns their paths
 * @throws UsageError when there is no run or its encoder is no vision transformer, SelfsameError when it has no checkpoint yet
 */
export async function showAttention(
  run: string,
  { data, out = join(run, 'attention'), count = ROWS, size, mass = 1, ...options }: AttentionOptions = {},
): Promise<string[]> {
  const { progress = SILENT } = options
  const { record, settings, trained, used } = await openTrained(run, progress, options)
  try {
    if (used.why) progress.note(`${used.why}.`)
    const { encoder } = judgedBranch(trained)
    if (!('attention' in encoder))
      throw new UsageError(
        `the run's encoder '${encoderName(settings.encoder)}' has no attention to show: train with a vision transformer, such as ${setting('encoder', 'vit-mini/4')}`,
      )
    const listed = await list(data ?? dataOf(record), progress, linksOf(record))
    const { train, test } = picturesFor(listed, settings)
    const source = test ?? train
    const quarantine = new Quarantine(source.size, { maxShare: record.badShare })
    const look = { vit: encoder as TokenEncoder, settings, side: size ?? 2 * settings.evalSize, mass }
    const files: string[] = []
    const order = evenly(source.size, Math.min(count, source.size))
    for (let begin = 0; begin < order.length; begin += ROWS) {
      const path = join(out, `attention-${String(files.length + 1).padStart(3, '0')}.png`)
      writeAtomically(path, await sheetOf(source, order.slice(begin, begin + ROWS), quarantine, look))
      files.push(path)
      progress.work('Looking', Math.min(begin + ROWS, order.length), order.length)
    }
    return files
  } finally {
    disposeState(trained)
  }
}

interface Look {
  vit: TokenEncoder
  settings: Settings
  side: number
  mass: number
}

async function sheetOf(
  source: Source,
  indices: readonly number[],
  quarantine: Quarantine,
  { vit, settings: { evalShare, input }, side, mass }: Look,
): Promise<Buffer> {
  for await (const batch of batches(source, [indices], { quarantine })) {
    const seen = scope(() => {
      const x = centerCrops(batch, side, evalShare)
      return { pictures: imagesOf(x), attention: vit.attention(standardize(x, input)) }
    })
    try {
      return await attentionSheet(seen.pictures, seen.attention, { mass })
    } finally {
      seen.attention.dispose()
    }
  }
  throw new SelfsameError(`${source.name} has no picture that can be read: give other pictures`)
}
