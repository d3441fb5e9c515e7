/** ONNX models as bytes (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto), without ONNX's own library. */
import { bytes, type Field, fields, float, int, joined, message, text } from './protobuf.js'

/** Opset and version of the file format: read by onnxruntime from 1.13 on, and by all that runs in browsers today. */
const OPSET = 17
const IR_VERSION = 8

const TYPES = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9, float16: 10 } as const
export type OnnxType = keyof typeof TYPES

export type Attribute =
  | { int: number }
  | { ints: readonly number[] }
  | { float: number }
  | { text: string }
  | { tensor: OnnxTensor }

export interface OnnxTensor {
  type: OnnxType
  shape: readonly number[]
  /** Values row by row, little-endian, as many bytes as `type` and `shape` say. */
  data: Uint8Array
}

export interface OnnxNode {
  operator: string
  /** Empty for an input that is left out. */
  inputs: readonly string[]
  outputs: readonly string[]
  attributes?: Readonly<Record<string, Attribute>>
}

/** An input or output; a dimension that is named may have any size, and an output without a shape any shape. */
export interface OnnxPort {
  name: string
  type: OnnxType
  shape?: readonly (number | string)[]
}

export interface OnnxGraph {
  name: string
  /** In an order in which each stands behind what it needs. */
  nodes: readonly OnnxNode[]
  /** Constants by name. */
  initializers: ReadonlyMap<string, OnnxTensor>
  inputs: readonly OnnxPort[]
  outputs: readonly OnnxPort[]
}

/**
 * A model file.
 * @param metadata texts by key, which any reader of ONNX shows
 */
export function writeModel(graph: OnnxGraph, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const opset = message(8, text(1, ''), int(2, OPSET))
  const about = Object.entries(metadata).map(([key, value]) => message(14, text(1, key), text(2, value)))
  return joined([int(1, IR_VERSION), text(2, 'selfsame'), graphField(graph), opset, ...about])
}

/** The texts by key that a model file holds beside its graph, which is not looked into. @throws SelfsameError for a damaged file */
export function readMetadata(file: Uint8Array): Record<string, string> {
  const found: Record<string, string> = Object.create(null)
  for (const { number, value } of fields(file)) {
    if (number !== 14 || !(value instanceof Uint8Array)) continue
    const entry = new Map([...fields(value)].map((field) => [field.number, field.value]))
    found[decoded(entry.get(1))] = decoded(entry.get(2))
  }
  return found
}

function decoded(value: bigint | Uint8Array | undefined): string {
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : ''
}

function graphField({ name, nodes, initializers, inputs, outputs }: OnnxGraph): Field {
  return message(
    7,
    ...nodes.map(nodeField),
    text(2, name),
    ...Array.from(initializers, ([key, tensor]) => tensorField(5, tensor, key)),
    ...inputs.map((port) => portField(11, port)),
    ...outputs.map((port) => portField(12, port)),
  )
}

function nodeField({ operator, inputs, outputs, attributes = {} }: OnnxNode): Field {
  return message(
    1,
    ...inputs.map((input) => text(1, input)),
    ...outputs.map((output) => text(2, output)),
    text(3, outputs[0] ?? ''),
    text(4, operator),
    ...Object.entries(attributes).map(([name, value]) => attributeField(name, value)),
  )
}

function attributeField(name: string, value: Attribute): Field {
  const of = (type: number, ...value: Field[]) => message(5, text(1, name), ...value, int(20, type))
  if ('float' in value) return of(1, float(2, value.float))
  if ('int' in value) return of(2, int(3, value.int))
  if ('text' in value) return of(3, text(4, value.text))
  if ('tensor' in value) return of(4, tensorField(5, value.tensor))
  return of(7, ...value.ints.map((one) => int(8, one)))
}

function tensorField(number: number, { type, shape, data }: OnnxTensor, name?: string): Field {
  const dims = shape.map((size) => int(1, size))
  const named = name === undefined ? [] : [text(8, name)]
  return message(number, ...dims, int(2, TYPES[type]), ...named, bytes(9, data))
}

function portField(number: number, { name, type, shape }: OnnxPort): Field {
  const dims = shape?.map((size) => message(1, typeof size === 'number' ? int(1, size) : text(2, size)))
  const tensorType = message(1, int(1, TYPES[type]), ...(dims ? [message(2, ...dims)] : []))
  return message(number, text(1, name), message(2, tensorType))
}
