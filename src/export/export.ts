/** A trained encoder out of its run, in a form that needs none of this. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { UsageError } from '../errors.js'
import { disposeState } from '../learn/state.js'
import { safetensorsPieces } from '../nn/index.js'
import { setting } from '../setting.js'
import { deviceInUse, scope, useDevice } from '../torch/index.js'
import { type Progress, SILENT } from '../trainer/progress.js'
import { type OpenOptions, openTrained, type Trained } from '../trainer/trained.js'
import { type Files, mendFolder, refuseForeign, writeFolder } from './folder.js'
import { type Metadata, metadataOf, type Scheme } from './metadata.js'
import { networkOf } from './network.js'
import { type OnnxModel, onnxModel } from './onnx.js'
import { WEIGHTS_FILE, type Weights, weightsOf } from './safetensors.js'

export const FORMATS = ['onnx', 'safetensors'] as const
export type Format = (typeof FORMATS)[number]

export interface ExportOptions extends OpenOptions {
  /** ONNX unless given. */
  format?: Format
  /** Gets the files, all of them or none; unless given `export` in the run, of safetensors `export-safetensors`. */
  out?: string | undefined
  /** Vectors behind the projector; ONNX alone. */
  head?: boolean
  /** Smaller files beside; ONNX alone. */
  quantize?: readonly Scheme[]
  /** Pictures to compare with, in place of the run's own. */
  data?: string | undefined
  progress?: Progress
  /** Stops before anything is written, with the signal's reason as error. */
  signal?: AbortSignal
}

export interface Exported {
  run: string
  out: string
  format: Format
  metadata: Metadata
  /** With bytes of each, by path within the folder. */
  files: { path: string; bytes: number }[]
  onnx?: Pick<OnnxModel, 'agreement' | 'quantized'>
  weights?: Pick<Weights, 'names' | 'load'>
}

/**
 * Writes a run's encoder as a folder: an ONNX model as transformers.js and `openModel` take it, kept only where onnxruntime agrees
 * with the live network, or safetensors as torchvision and timm take them. Until it is done all new tensors of the process lie on
 * the CPU: GPUs round the products of convolutions more coarsely than what is asked for.
 * @throws UsageError when there is no run or something else is in the way, SelfsameError when it cannot be exported or written
 */
export async function exportRun(run: string, options: ExportOptions = {}): Promise<Exported> {
  const device = deviceInUse()
  useDevice('cpu')
  try {
    return await exported(run, options)
  } finally {
    useDevice(device)
  }
}

async function exported(run: string, options: ExportOptions): Promise<Exported> {
  const { format = 'onnx', head = false, quantize = [], progress = SILENT, data, signal } = options
  const out = options.out ?? join(run, format === 'onnx' ? 'export' : 'export-safetensors')
  if (format === 'safetensors' && (head || quantize.length > 0))
    throw new UsageError(
      `safetensors hold the encoder's weights as they are: leave out ${setting(head ? 'head' : 'quantize')}, or choose ${setting('format', 'onnx')}`,
    )
  const mark = format === 'onnx' ? 'config.json' : WEIGHTS_MARK
  mendFolder(out)
  refuseForeign(out, mark)
  const trained = await openTrained(run, progress, options)
  try {
    const { used } = trained
    if (used.why) progress.note(`${used.why}.`)
    const told = { run, out, format }
    if (format === 'safetensors') return { ...told, ...asSafetensors(out, trained) }
    const { metadata, files, agreement, quantized } = await onnxModel(trained, {
      head,
      quantize,
      data,
      progress,
      signal,
    })
    signal?.throwIfAborted()
    refuseForeign(out, mark)
    writeFolder(out, files)
    return { ...told, metadata, files: sizesOf(out, files), onnx: { agreement, quantized } }
  } finally {
    disposeState(trained.trained)
  }
}

/** Says beside the weights what they are. */
const WEIGHTS_MARK = 'model.json'

function asSafetensors(out: string, trained: Trained): Pick<Exported, 'metadata' | 'files' | 'weights'> {
  return scope(() => {
    const network = networkOf(trained.trained)
    const { encoder } = trained.trained.online
    const metadata = metadataOf(trained, network, { dimension: encoder.features, head: false })
    const { tensors, names, load } = weightsOf(trained)
    const said = { selfsame: metadata, names, ...(load && { load }) }
    const files: Files = new Map<string, string | Iterable<Uint8Array>>([
      [WEIGHTS_FILE, safetensorsPieces(tensors, { format: 'pt' })],
      [WEIGHTS_MARK, `${JSON.stringify(said, null, 2)}\n`],
    ])
    writeFolder(out, files)
    return { metadata, files: sizesOf(out, files), weights: { names, ...(load && { load }) } }
  })
}

function sizesOf(out: string, files: Files): Exported['files'] {
  return [...files.keys()].map((path) => ({ path, bytes: statSync(join(out, path)).size }))
}
