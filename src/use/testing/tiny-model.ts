/** A model small enough for tests: a convolution of random filters, its positive part, and the mean over places. */
import { createHash } from 'node:crypto'
import type { Preprocessing } from '../model/preprocessing.js'
import { type OnnxGraph, type OnnxTensor, writeModel } from '../onnx/model-file.js'

export interface TinyModel {
  /** The ONNX file; without metadata where it is to be a stranger's. */
  bytes: Uint8Array
  /** `[dimension, channels, 3, 3]` */
  weights: Float32Array
  preprocessing: Preprocessing
  id: string
}

export interface TinyOptions {
  channels?: number
  size?: number
  dimension?: number
  seed?: number
  stranger?: boolean
  /** Name of the output. */
  output?: string
  /** A batch that is fixed. */
  batch?: number
  preprocessing?: Partial<Preprocessing>
}

export function tinyModel({
  channels = 3,
  size = 16,
  dimension = 8,
  seed = 1,
  stranger = false,
  output = 'pooler_output',
  batch,
  preprocessing: given = {},
}: TinyOptions = {}): TinyModel {
  const weights = Float32Array.from({ length: dimension * channels * 9 }, noise(seed))
  const graph: OnnxGraph = {
    name: 'tiny',
    nodes: [
      {
        operator: 'Conv',
        inputs: ['pixel_values', 'filters'],
        outputs: ['maps'],
        attributes: { pads: { ints: [1, 1, 1, 1] } },
      },
      { operator: 'Relu', inputs: ['maps'], outputs: ['positive'] },
      { operator: 'GlobalAveragePool', inputs: ['positive'], outputs: ['means'] },
      { operator: 'Flatten', inputs: ['means'], outputs: [output], attributes: { axis: { int: 1 } } },
    ],
    initializers: new Map<string, OnnxTensor>([
      [
        'filters',
        { type: 'float32', shape: [dimension, channels, 3, 3], data: new Uint8Array(weights.buffer) },
      ],
    ]),
    inputs: [{ name: 'pixel_values', type: 'float32', shape: [batch ?? 'batch', channels, size, size] }],
    outputs: [{ name: output, type: 'float32', shape: [batch ?? 'batch', dimension] }],
  }
  const preprocessing: Preprocessing = {
    size,
    share: 1,
    channels,
    maximum: 255,
    mean: Array(channels).fill(0.5),
    std: Array(channels).fill(0.25),
    ...given,
  }
  const id = createHash('sha256').update(weights).update(JSON.stringify(preprocessing)).digest('hex')
  const about = {
    preprocessing,
    dimension,
    id,
    method: 'byol',
    encoder: 'tiny',
    run: 'runs/tiny',
    step: 1,
    version: '0.1.0',
  }
  return {
    bytes: writeModel(graph, stranger ? {} : { selfsame: JSON.stringify(about) }),
    weights,
    preprocessing,
    id,
  }
}

/** Numbers from -1 to 1, the same for the same seed. */
export function noise(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 31 - 1
  }
}
