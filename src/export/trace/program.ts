/** What an encoder computes, as its operator calls for any number of pictures. */
import type { DType } from '../../torch/index.js'

/** A size: a number, or so many times the number of pictures. */
export type Dim = number | { times: number }

/** What depends on the pictures. */
export interface Value {
  kind: 'value'
  /** In the order in which they come about; the pictures are 0. */
  id: number
  shape: readonly Dim[]
  dtype: DType
}

/** What does not: weights, positions, and all that is computed of them alone. */
export interface Constant {
  kind: 'constant'
  shape: readonly number[]
  dtype: DType
  /** Row by row, little-endian. */
  bytes: Uint8Array
  /** Dimensions of size 1 that are repeated, and how often: a token that each picture gets. */
  repeated?: readonly { dim: number; times: number }[]
}

export type Operand = Value | Constant
export type Scalar = number | bigint | boolean | string

/** An argument; `Varying` is a number that is another one for another number of pictures. */
export type Argument = Operand | Scalar | null | Varying | readonly Argument[]

export interface Varying {
  kind: 'varying'
}

/** An operator that is called. */
export interface Call {
  /** `aten::conv2d`, without the mark of those that write in place. */
  name: string
  /** By the names of the operator's schema; what is left out has its default. */
  args: Readonly<Record<string, Argument>>
  results: readonly Value[]
}

export interface Program {
  input: Value
  calls: readonly Call[]
  outputs: ReadonlyMap<string, Value>
}

export function isOperand(argument: Argument | undefined): argument is Operand {
  return (
    typeof argument === 'object' &&
    argument !== null &&
    'kind' in argument &&
    (argument.kind === 'value' || argument.kind === 'constant')
  )
}
