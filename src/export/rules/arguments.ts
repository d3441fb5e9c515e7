/** What a rule reads of a call. */
import { SelfsameError } from '../../errors.js'
import type { GraphBuilder } from '../graph/builder.js'
import { type Argument, type Call, type Dim, isOperand, type Operand, type Value } from '../trace/program.js'

/** An operator of ours as nodes of a graph: gives their names for its results, in order. */
export type Rule = (call: Call, graph: GraphBuilder) => string | string[]

/** Of one family of operators, by name. */
export type Rules = Readonly<Record<string, Rule>>

/** @throws SelfsameError where the graph cannot do what the call asks for */
export function refuse(call: Call, why: string): never {
  throw new SelfsameError(
    `the encoder calls ${call.name} ${why}, which cannot be exported: compute it otherwise`,
  )
}

export function operand(call: Call, key: string): Operand {
  const found = optional(call, key)
  return found ?? refuse(call, `without '${key}'`)
}

export function optional(call: Call, key: string): Operand | undefined {
  const found = call.args[key]
  return isOperand(found) ? found : undefined
}

export function operands(call: Call, key: string): Operand[] {
  const found = call.args[key]
  if (!Array.isArray(found) || !found.every((one: Argument) => isOperand(one)))
    return refuse(call, `without '${key}'`)
  return found as Operand[]
}

export function result(call: Call): Value {
  return call.results[0] as Value
}

/** A number, or what stands for it where it is left out. */
export function number(call: Call, key: string, otherwise?: number): number {
  const found = call.args[key] ?? otherwise
  if (typeof found === 'number' || typeof found === 'bigint') return Number(found)
  if (typeof found === 'boolean') return Number(found)
  return refuse(call, `with a '${key}' that is not the same for any number of pictures`)
}

export function flag(call: Call, key: string, otherwise: boolean): boolean {
  return number(call, key, Number(otherwise)) !== 0
}

export function text(call: Call, key: string, otherwise: string): string {
  const found = call.args[key] ?? otherwise
  return typeof found === 'string' ? found : refuse(call, `with a '${key}' that is no name`)
}

/** A list of whole numbers. */
export function numbers(call: Call, key: string, otherwise?: readonly number[]): number[] {
  const found = call.args[key] ?? otherwise
  const list = Array.isArray(found) ? found : [found]
  if (list.every((one) => typeof one === 'number')) return list as number[]
  return refuse(call, `with a '${key}' that is not the same for any number of pictures`)
}

/** Down and across, of which one number stands for both. */
export function pair(call: Call, key: string, otherwise: readonly number[]): number[] {
  const found = numbers(call, key, otherwise)
  const given = found.length === 0 ? [...otherwise] : found
  return given.length === 1 ? [given[0] as number, given[0] as number] : given
}

/** A dimension counted from the front. */
export function dimension(call: Call, key: string, rank: number, otherwise?: number): number {
  return fromFront(number(call, key, otherwise), rank)
}

export function fromFront(dim: number, rank: number): number {
  return dim < 0 ? dim + rank : dim
}

/** A size that is the same for any number of pictures. */
export function fixed(call: Call, size: Dim | undefined): number {
  return typeof size === 'number' ? size : refuse(call, 'over the pictures of a batch')
}

export function product(sizes: readonly number[]): number {
  return sizes.reduce((all, size) => all * size, 1)
}
