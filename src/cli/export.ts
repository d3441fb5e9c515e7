/** A trained encoder out of its run. */
import { type Command, Option } from 'commander'
import { suggestion, UsageError } from '../errors.js'
import {
  type Exported,
  type ExportOptions,
  exportRun,
  FORMATS,
  SCHEMES,
  type Scheme,
} from '../export/index.js'
import { printable } from '../printable.js'
import { TerminalProgress } from './progress.js'
import { say } from './say.js'
import { checkpointOption, TRUST_CONFIG } from './shared-options.js'

type Options = Omit<ExportOptions, 'quantize'> & { quantize?: string; json?: boolean }

export function define(command: Command): void {
  command
    .argument('<run>', "folder that 'selfsame train' wrote")
    .addOption(
      new Option('--format <format>', 'a model folder, or the weights alone')
        .choices(FORMATS)
        .default('onnx'),
    )
    .option('--out <folder>', 'where it goes; default RUN/export, of safetensors RUN/export-safetensors')
    .option('--head', 'vectors behind the projector, in place of those that are judged')
    .option('--quantize <list>', `smaller files beside, any of ${SCHEMES.join(',')}`)
    .option('--data <data>', "pictures to compare with; the run's own unless given")
    .addOption(checkpointOption())
    .option('--trust-config', TRUST_CONFIG)
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  npx selfsame export runs/my-pictures-byol --quantize int8,fp16')
    .action(async (run: string, { json, quantize, ...options }: Options) => {
      const progress = new TerminalProgress()
      const smaller = quantize === undefined ? [] : schemes(quantize)
      const exported = await exportRun(run, { ...options, quantize: smaller, progress })
      progress.close()
      say(json ? JSON.stringify(asJson(exported)) : inWords(exported).map(printable).join('\n'))
    })
}

/** @throws UsageError for what is none, with the nearest that is */
function schemes(text: string): Scheme[] {
  const list = text.split(',').map((one) => one.trim())
  const unknown = list.find((one) => !(SCHEMES as readonly string[]).includes(one))
  if (unknown !== undefined)
    throw new UsageError(`there is no quantisation '${unknown}': ${suggestion(unknown, SCHEMES)}`)
  return [...new Set(list)] as Scheme[]
}

function asJson({ run, out, format, metadata, files, onnx, weights }: Exported): object {
  const { id, dimension, encoder, method, step } = metadata
  return {
    run,
    out,
    format,
    id,
    dimension,
    encoder,
    method,
    step,
    files,
    ...(weights && { names: weights.names }),
    ...(onnx && {
      agreement: {
        pictures: onnx.agreement.pictures,
        on: onnx.agreement.on,
        largest: onnx.agreement.largest,
        on_threshold: onnx.agreement.onThreshold,
      },
      quantized: onnx.quantized.map(({ scheme, file, id: own, bytes, loss }) => ({
        scheme,
        file,
        id: own,
        bytes,
        ...(loss && {
          pictures: loss.pictures,
          knn: loss.knn ?? null,
          same_neighbour: loss.sameNeighbour,
          cosine: loss.cosine,
        }),
      })),
    }),
  }
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`
const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`

function inWords({ out, metadata, files, onnx, weights }: Exported): string[] {
  const what = `${metadata.encoder} by ${metadata.method}, step ${metadata.step}, vectors of ${metadata.dimension} numbers`
  const lines = [`${out}: ${what}`, ...files.map(({ path, bytes }) => `  ${path}  ${megabytes(bytes)}`)]
  if (weights) return [...lines, `Names as of ${weights.names}; model.json says how to load them.`]
  if (!onnx) return lines
  const { agreement, quantized } = onnx
  const close = agreement.pictures - agreement.onThreshold
  lines.push(
    `onnxruntime agrees with libtorch to ${agreement.largest.toExponential(1)} of the largest value, for 1, 2 and 5 ${agreement.on === 'pictures' ? 'pictures' : 'pictures of noise'} at a time.`,
  )
  if (agreement.onThreshold > 0)
    lines.push(
      `So it is for ${close} of ${agreement.pictures} vectors; of the others a patch lies on its threshold, where rounding decides.`,
    )
  for (const { scheme, loss } of quantized) if (loss) lines.push(`${scheme}: ${lossInWords(loss)}`)
  return lines
}

function lossInWords({ pictures, knn, sameNeighbour, cosine }: NonNullable<LossOf>): string {
  const accuracy = knn
    ? `nearest neighbours right ${percent(knn.before)} before, ${percent(knn.after)} now; `
    : ''
  return `${accuracy}the nearest picture stays the same for ${percent(sameNeighbour)} of ${pictures} pictures; cosine with the vector before ${cosine.mean.toFixed(4)}, at least ${cosine.least.toFixed(4)}.`
}

type LossOf = NonNullable<Exported['onnx']>['quantized'][number]['loss']
