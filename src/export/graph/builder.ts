/** An ONNX graph in the making. */
import { createHash } from 'node:crypto'
import { SelfsameError } from '../../errors.js'
import type { DType } from '../../torch/index.js'
import type { Attribute, OnnxNode, OnnxTensor, OnnxType } from '../../use/onnx/model-file.js'
import type { Dim, Operand } from '../trace/program.js'

/** A constant of the graph; numbers of few channels also as they were before they were rounded. */
export interface Stored extends OnnxTensor {
  exact?: Float64Array
}

export interface Node extends OnnxNode {
  inputs: string[]
  outputs: string[]
  /** The operator of ours that it is a part of, for messages. */
  from: string
}

export interface Draft {
  nodes: Node[]
  constants: Map<string, Stored>
}

const TYPES: Partial<Record<DType, OnnxType>> = {
  float32: 'float32',
  float16: 'float16',
  int64: 'int64',
  int32: 'int32',
  uint8: 'uint8',
  int8: 'int8',
  bool: 'bool',
}
/** ONNX's numbers of its types, for `Cast`. */
const CODES: Partial<Record<OnnxType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
}

export class GraphBuilder {
  readonly nodes: Node[] = []
  readonly constants = new Map<string, Stored>()
  /** The operator that nodes are made for now. */
  from = ''
  readonly #values = new Map<number, string>()
  readonly #contents = new Map<string, string>()
  readonly #input: string
  #count = 0

  constructor(input: string) {
    this.#input = input
  }

  /** Says what the graph calls a value. */
  call(value: number, name: string): void {
    this.#values.set(value, name)
  }

  /** What the graph calls an operand. */
  name(operand: Operand): string {
    if (operand.kind === 'value') return this.#values.get(operand.id) as string
    const { shape, repeated = [] } = operand
    const stored = this.#store({ type: typeOf(operand.dtype), shape, data: operand.bytes })
    if (repeated.length === 0) return stored
    const wide: Dim[] = shape.map(() => 1)
    for (const { dim, times } of repeated) wide[dim] = { times }
    return this.node('Expand', [stored, this.dims(wide)])
  }

  /** A node of one output, which it gives the name of. */
  node(operator: string, inputs: string[], attributes: Record<string, Attribute> = {}): string {
    const output = `${operator.toLowerCase()}_${this.#count++}`
    this.nodes.push({ operator, inputs, outputs: [output], attributes, from: this.from })
    return output
  }

  /** Numbers computed here, rounded to float32 once. */
  floats(values: ArrayLike<number>, shape: readonly number[] = [values.length]): string {
    const exact = Float64Array.from(values)
    return this.#store({ type: 'float32', shape, data: bytesOf(Float32Array.from(exact)), exact })
  }

  /** One number, of a type. */
  scalar(value: number | bigint | boolean, dtype: DType = 'float32'): string {
    if (dtype === 'float32') return this.floats([Number(value)], [])
    const type = typeOf(dtype)
    const data = SCALARS[dtype]?.(value)
    if (!data) throw new SelfsameError(`no number ${String(value)} of ${dtype} can be exported: use float32`)
    return this.#store({ type, shape: [], data })
  }

  ints(values: readonly number[], shape: readonly number[] = [values.length]): string {
    return this.#store({ type: 'int64', shape, data: bytesOf(BigInt64Array.from(values, BigInt)) })
  }

  /** Sizes as int64 `[rank]`, those that grow with the pictures computed from them. */
  dims(shape: readonly Dim[]): string {
    if (shape.every((one) => typeof one === 'number')) return this.ints(shape as number[])
    const pictures = this.node('Slice', [
      this.node('Shape', [this.#input]),
      this.ints([0]),
      this.ints([1]),
      this.ints([0]),
    ])
    const parts = shape.map((one) => {
      if (typeof one === 'number') return this.ints([one])
      return one.times === 1 ? pictures : this.node('Mul', [pictures, this.ints([one.times])])
    })
    return parts.length === 1 ? (parts[0] as string) : this.node('Concat', parts, { axis: { int: 0 } })
  }

  reshape(x: string, shape: readonly Dim[]): string {
    const growing = shape.filter((one) => typeof one !== 'number').length
    const sizes = shape.map((one) => (typeof one === 'number' ? one : -1))
    return this.node('Reshape', [x, growing > 1 ? this.dims(shape) : this.ints(sizes)])
  }

  cast(x: string, from: DType, to: DType): string {
    return from === to ? x : this.node('Cast', [x], { to: { int: CODES[typeOf(to)] as number } })
  }

  #store(constant: Stored): string {
    const hash = createHash('sha256').update(`${constant.type}[${constant.shape}]`).update(constant.data)
    const key = hash.digest('hex')
    const known = this.#contents.get(key)
    if (known !== undefined) return known
    const name = `constant_${this.constants.size}`
    this.constants.set(name, constant)
    this.#contents.set(key, name)
    return name
  }
}

const SCALARS: Partial<Record<DType, (value: number | bigint | boolean) => Uint8Array>> = {
  int64: (value) => bytesOf(BigInt64Array.of(BigInt(value))),
  int32: (value) => bytesOf(Int32Array.of(Number(value))),
  uint8: (value) => Uint8Array.of(Number(value)),
  int8: (value) => bytesOf(Int8Array.of(Number(value))),
  bool: (value) => Uint8Array.of(value ? 1 : 0),
}

/** @throws SelfsameError for what no graph of ours holds */
export function typeOf(dtype: DType): OnnxType {
  const type = TYPES[dtype]
  if (type) return type
  throw new SelfsameError(
    `the encoder computes in ${dtype}, which cannot be exported: compute in float32, or give it another format`,
  )
}

export function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
}

/** The numbers of a float32 constant; copied only where its bytes do not lie as numbers do. */
export function floatsOf(data: Uint8Array): Float32Array {
  const { buffer, byteOffset, byteLength } = byteAligned(data)
  return new Float32Array(buffer, byteOffset, byteLength / 4)
}

function byteAligned(data: Uint8Array): Uint8Array {
  return data.byteOffset % 4 === 0 ? data : Uint8Array.from(data)
}
