/** A run as a model folder: ONNX, compared with the live network before it is kept. */
import { createHash } from 'node:crypto'
import { SelfsameError, UsageError } from '../errors.js'
import { encoderName } from '../learn/encoder/encoders.js'
import type { Progress } from '../trainer/progress.js'
import type { Trained } from '../trainer/trained.js'
import { METADATA } from '../use/model/metadata.js'
import { writeModel } from '../use/onnx/model-file.js'
import { type Agreement, agreement, BATCHES } from './agreement.js'
import { type Graph, toOnnx } from './graph/to-onnx.js'
import { type Metadata, metadataOf, type Scheme } from './metadata.js'
import { type Network, networkOf, PORTS } from './network.js'
import { calibrated } from './quantize/calibrate.js'
import { withHalfWeights } from './quantize/fp16.js'
import { quantised } from './quantize/int8.js'
import { type Loss, losses } from './quantize/loss.js'
import { pixels, type Sides, sidesOf } from './run-pictures.js'
import { openSession, type Session } from './session.js'
import { noise, trace } from './trace/trace.js'
import { beyondWords, modelConfig, preprocessorConfig } from './transformers.js'

export interface OnnxOptions {
  /** Vectors behind the projector. */
  head: boolean
  quantize: readonly Scheme[]
  /** Pictures to compare with and to calibrate by, in place of the run's own. */
  data?: string | undefined
  progress: Progress
  signal?: AbortSignal | undefined
}

export interface OnnxModel {
  metadata: Metadata
  /** By path within the folder. */
  files: Map<string, string | Uint8Array>
  agreement: Agreement & { on: 'pictures' | 'noise' }
  quantized: QuantizedModel[]
}

export interface QuantizedModel {
  scheme: Scheme
  file: string
  id: string
  bytes: number
  /** Absent where the run's pictures are not to be had. */
  loss?: Loss
}

const FILE = 'onnx/model.onnx'
/** transformers.js' names. */
const FILES: Readonly<Record<Scheme, string>> = {
  int8: 'onnx/model_quantized.onnx',
  fp16: 'onnx/model_fp16.onnx',
}
/** Pictures that ranges are taken from. */
const CALIBRATION = 32
/** What protobuf can hold, with room for what is around the weights. */
const MOST_BYTES = 2 ** 31 - 2 ** 24

/** @throws SelfsameError where the network cannot be exported, or onnxruntime does not agree with it */
export async function onnxModel(trained: Trained, options: OnnxOptions): Promise<OnnxModel> {
  const { head, progress, quantize, signal } = options
  const network = networkOf(trained.trained, head)
  const { forward, preprocessing } = network
  const { size, channels } = preprocessing
  const shape = [channels, size, size]
  const graph = toOnnx(trace(forward, shape), PORTS.pixels)
  checkSize(graph, trained)
  const dimension = graph.outputs[0]?.shape?.[1] as number
  const metadata = metadataOf(trained, network, { dimension, head })
  const model = fileOf(graph, metadata)
  const sides = await sidesOf(trained, progress, options.data)
  const session = await openSession(model)
  try {
    const pictures = await toCompare(shape, network, sides)
    const agreed = await agreement(session, graph, forward, { values: pictures.values, shape })
    const others = await quantisedOf(graph, metadata, session, { quantize, sides, progress, signal })
    const limit = beyondWords(preprocessing)
    if (limit) progress.note(`Note: ${limit}.`)
    const tokens = graph.outputs.some(({ name }) => name === PORTS.tokens)
    return {
      metadata,
      files: new Map<string, string | Uint8Array>([
        ['config.json', json(modelConfig(metadata, tokens))],
        ['preprocessor_config.json', json(preprocessorConfig(preprocessing))],
        [FILE, model],
        ...others.map(({ file, content }) => [file, content] as const),
      ]),
      agreement: { ...agreed, on: pictures.on },
      quantized: others.map(({ content: _, ...one }) => one),
    }
  } finally {
    await session.close()
  }
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

function fileOf(graph: Graph, metadata: Metadata): Uint8Array {
  return writeModel(
    { ...graph, name: `${metadata.encoder} by ${metadata.method}`, initializers: graph.constants },
    { [METADATA]: JSON.stringify(metadata) },
  )
}

function checkSize({ constants }: Graph, { settings }: Trained): void {
  const bytes = [...constants.values()].reduce((sum, { data }) => sum + data.length, 0)
  if (bytes > MOST_BYTES)
    throw new UsageError(
      `the weights of ${encoderName(settings.encoder)} take ${(bytes / 2 ** 30).toFixed(1)} GiB, and an ONNX file holds 2 at most: export them as safetensors`,
    )
}

interface ToCompare {
  values: Float32Array
  on: 'pictures' | 'noise'
}

/** As many pictures as are compared: the run's, or noise where they are not to be had. */
async function toCompare(
  shape: readonly number[],
  { preprocessing }: Network,
  sides: Sides | undefined,
): Promise<ToCompare> {
  const count = BATCHES.reduce((sum: number, one) => sum + one, 0)
  const values = noise([count, ...shape])
  if (!sides) return { values, on: 'noise' }
  let at = 0
  for await (const some of pixels(sides.asked, preprocessing, { count })) {
    values.set(some.values, at)
    at += some.values.length
  }
  // a set of fewer pictures is shown again
  for (const there = at; at > 0 && at < values.length; at += there) values.copyWithin(at, 0, there)
  return { values, on: 'pictures' }
}

interface Quantizing {
  quantize: readonly Scheme[]
  sides: Sides | undefined
  progress: Progress
  signal: AbortSignal | undefined
}

/** @throws UsageError where ranges are to be taken from pictures that are not to be had */
async function quantisedOf(
  graph: Graph,
  metadata: Metadata,
  before: Session,
  { quantize, sides, progress, signal }: Quantizing,
): Promise<(QuantizedModel & { content: Uint8Array })[]> {
  const made: (QuantizedModel & { content: Uint8Array })[] = []
  const sessions: Session[] = []
  try {
    for (const scheme of quantize) {
      const small = await smaller(graph, metadata, scheme, sides)
      const digest = createHash('sha256').update(fileOf(small, metadata)).digest('hex')
      const id = createHash('sha256').update(`${metadata.id} ${scheme} ${digest}`).digest('hex')
      const content = fileOf(small, { ...metadata, id, quantized: { scheme, of: metadata.id } })
      sessions.push(await openSession(content))
      made.push({ scheme, id, file: FILES[scheme], bytes: content.length, content })
    }
    if (!sides || sessions.length === 0) return made
    const tell = (done: number, total: number) => progress.work('Measuring what it costs', done, total)
    const { preprocessing } = metadata
    const found = await losses(before, sessions, { sides, preprocessing, tell, signal })
    return made.map((one, i) => ({ ...one, loss: found[i] as Loss }))
  } finally {
    for (const session of sessions) await session.close()
  }
}

async function smaller(
  graph: Graph,
  { preprocessing }: Metadata,
  scheme: Scheme,
  sides: Sides | undefined,
): Promise<Graph> {
  if (scheme === 'fp16') return withHalfWeights(graph)
  if (!sides)
    throw new SelfsameError(
      'numbers of 8 bits need pictures to take their range from: give some like those that it was trained on',
    )
  return quantised(graph, await calibrated(graph, pixels(sides.known, preprocessing, { count: CALIBRATION })))
}
