/** What a trained vision transformer looks at, as PNG files. */
import { join } from 'node:path'
import type { Command } from 'commander'
import { centerCrops } from '../encode/crops.js'
import type { TokenEncoder } from '../encode/encoder.js'
import { standardize } from '../encode/input.js'
import { SelfsameError, UsageError } from '../errors.js'
import { imagesOf } from '../evaluate/gallery.js'
import { batches, evenly, type Picture, Quarantine, type Source } from '../images/index.js'
import { encoderName } from '../learn/encoder/encoders.js'
import { picturesFor } from '../learn/pictures.js'
import { type Settings, validate } from '../learn/settings.js'
import { createState, disposeState, judgedBranch } from '../learn/state.js'
import { printable } from '../printable.js'
import { openRun, writeAtomically } from '../run/index.js'
import { scope } from '../torch/index.js'
import { restoreJudged } from '../trainer/judged-state.js'
import { dataOf, linksOf, list } from '../trainer/open.js'
import type { Progress } from '../trainer/progress.js'
import { recordedMethod } from '../trainer/recorded-method.js'
import { attentionSheet } from '../use/attention.js'
import { counting, decimalIn, TRUST_CONFIG } from './options.js'
import { TerminalProgress } from './progress.js'
import { say } from './say.js'

interface AttentionOptions {
  out?: string
  count: number
  size?: number
  mass: number
  trustConfig?: boolean
  json?: boolean
}

/** Rows on one sheet. */
const ROWS = 8

export function define(command: Command): void {
  command
    .argument('<run>', "folder that 'selfsame train' wrote with a vision transformer")
    .argument('[data]', 'pictures to look at; those it is judged on unless given')
    .option('--out <folder>', 'where the PNG files go; default RUN/attention')
    .option('--count <n>', 'pictures, at even distances', counting, ROWS)
    .option(
      '--size <px>',
      'side they are looked at, a multiple of the patch; default twice the judged one',
      counting,
    )
    .option(
      '--mass <share>',
      'show only the patches that hold this share of the attention',
      decimalIn({ above: 0, to: 1 }),
      1,
    )
    .option('--trust-config', TRUST_CONFIG)
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExample:\n  npx selfsame train my-pictures --method dino --encoder vit-mini/4 --run runs/vit\n  npx selfsame attention runs/vit --mass 0.6',
    )
    .action(async (run: string, data: string | undefined, options: AttentionOptions) => {
      const files = await attentionVerb(run, data, options, new TerminalProgress())
      if (options.json) say(JSON.stringify({ run, files }))
      else
        say(
          `Each row: the picture, the mean over the heads, then head by head; bright is looked at.\n${files.map(printable).join('\n')}`,
        )
    })
}

/** Writes the sheets and returns their paths. */
export async function attentionVerb(
  run: string,
  data: string | undefined,
  { out = join(run, 'attention'), count, size, mass, trustConfig }: Omit<AttentionOptions, 'json'>,
  progress: Progress,
): Promise<string[]> {
  const record = openRun(run)
  const method = await recordedMethod(run, record, trustConfig)
  const settings = validate(record.settings, method)
  const listed = await list(data ?? dataOf(record), progress, linksOf(record))
  const state = createState(settings, method)
  try {
    const { encoder } = judgedBranch(state)
    if (!('attention' in encoder)) {
      throw new UsageError(
        `the run's encoder '${encoderName(settings.encoder)}' has no attention to show: train with a vision transformer, such as --encoder vit-mini/4`,
      )
    }
    restoreJudged(run, record, state, progress)
    const { train, test } = picturesFor(listed, settings)
    const source = test ?? train
    const side = size ?? 2 * settings.evalSize
    const vit = encoder as TokenEncoder
    const quarantine = new Quarantine(source.size, { maxShare: record.badShare })
    const files: string[] = []
    const order = evenly(source.size, Math.min(count, source.size))
    for (let begin = 0; begin < order.length; begin += ROWS) {
      const path = join(out, `attention-${String(files.length + 1).padStart(3, '0')}.png`)
      writeAtomically(
        path,
        await sheetOf(source, order.slice(begin, begin + ROWS), quarantine, vit, settings, side, mass),
      )
      files.push(path)
      progress.work('Looking', Math.min(begin + ROWS, order.length), order.length)
    }
    return files
  } finally {
    disposeState(state)
  }
}

async function sheetOf(
  source: Source,
  indices: readonly number[],
  quarantine: Quarantine,
  vit: TokenEncoder,
  { evalShare, input }: Settings,
  side: number,
  mass: number,
): Promise<Buffer> {
  for await (const batch of batches(source, [indices], { quarantine })) {
    const seen = scope(() => {
      const x = centerCrops(batch, side, evalShare)
      return { pictures: imagesOf(x), attention: vit.attention(standardize(x, input)) }
    })
    try {
      return await attentionSheet(seen.pictures as Picture[], seen.attention, { mass })
    } finally {
      seen.attention.dispose()
    }
  }
  throw new SelfsameError(`${source.name} has no picture that can be read: give other pictures`)
}
