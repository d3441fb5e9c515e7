/** The one function through which every operator call passes, and how an overload is chosen. */
import { deviceInUse } from './device.js'
import { DisposedTensorError, OperatorError } from './errors.js'
import { native } from './native.js'
import { isRecording, notRecorded } from './recording-now.js'
import { isCallable, type Parameter, parseSchema, type Schema } from './schema.js'
import { describe, Tensor } from './tensor.js'
import { type DType, dtypeCode, type MemoryFormat, memoryFormatCode } from './types.js'

interface Overload {
  index: number
  schema: Schema
  /** For each result that is an argument again (in place): which one. */
  inPlace: (number | undefined)[]
  /** Where an operator that makes tensors of none takes the device. */
  device?: number
}

type Options = Record<string, unknown>

/** All overloads by operator name, read once from the running libtorch. */
let catalogue: Map<string, string[]> | undefined

function overloadsOf(name: string): string[] {
  if (!catalogue) {
    catalogue = new Map()
    for (const text of native().schemas()) {
      const [, operator = '', overload = ''] = /^([\w:]+)(?:\.(\w+))?\(/.exec(text) ?? []
      const list = catalogue.get(operator)
      if (list) list.push(overload)
      else catalogue.set(operator, [overload])
    }
  }
  return catalogue.get(name) ?? []
}

/** Whether the running libtorch has an operator, for example `aten::scaled_dot_product_attention`, or that overload of it. */
export function hasOperator(name: string, overload?: string): boolean {
  const overloads = overloadsOf(name)
  return overload === undefined ? overloads.length > 0 : overloads.includes(overload)
}

function resolve(name: string): Overload[] {
  const overloads: Overload[] = []
  for (const overload of overloadsOf(name)) {
    const found = native().resolve(name, overload)
    if (!found) continue
    const schema = parseSchema(found[1])
    if (!isCallable(schema)) continue
    const written = schema.parameters.map((parameter) => parameter.written)
    const device = schema.parameters.findIndex(({ base }) => base === 'Device')
    const makes = device >= 0 && schema.parameters.every(({ base }) => base !== 'Tensor')
    overloads.push({
      index: found[0],
      schema,
      inPlace: schema.results.map(({ written: mark }) => {
        const at = mark === undefined ? -1 : written.indexOf(mark)
        return at < 0 ? undefined : at
      }),
      ...(makes && { device }),
    })
  }
  if (overloads.length === 0) {
    throw new OperatorError(
      `operator ${name} is not in this libtorch (${native().about().version}): use another, or a newer libtorch`,
    )
  }
  const positional = ({ schema }: Overload) => schema.parameters.filter((p) => !p.keywordOnly).length
  return overloads.sort(
    (a, b) => positional(a) - positional(b) || a.schema.overload.length - b.schema.overload.length,
  )
}

/**
 * A function that calls an operator: positional arguments, then optionally one object naming the others. The overload
 * is chosen from the arguments' types, never by trying.
 * @throws OperatorError from the returned function, naming the operator and every tensor's dtype and shape
 */
export function operator(name: string): (...args: unknown[]) => unknown {
  const qualified = name.includes('::') ? name : `aten::${name}`
  let overloads: Overload[] | undefined
  return (...args) => {
    overloads ??= resolve(qualified)
    const options = isOptions(args.at(-1)) ? (args.pop() as Options) : undefined
    for (const overload of overloads) {
      const complete = match(overload.schema.parameters, args, options)
      if (complete) return invoke(overload, complete)
    }
    throw refusal(qualified, overloads, args, options)
  }
}

function isOptions(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Tensor)
}

/** The arguments in schema order, or undefined when they do not fit this overload. */
function match(
  parameters: Parameter[],
  args: unknown[],
  options: Options | undefined,
): unknown[] | undefined {
  const complete: unknown[] = []
  let used = 0
  for (let i = 0; i < parameters.length; i++) {
    const parameter = parameters[i] as Parameter
    let value: unknown
    if (i < args.length && !parameter.keywordOnly) {
      value = args[i]
    } else if (options && parameter.name in options) {
      value = options[parameter.name]
      used++
    }
    if (value === undefined ? !(parameter.hasDefault || parameter.optional) : !fits(value, parameter)) return
    complete.push(value)
  }
  const positional = parameters.reduce((count, parameter) => count + (parameter.keywordOnly ? 0 : 1), 0)
  if (args.length > positional || (options && used < Object.keys(options).length)) return
  return complete
}

function fits(value: unknown, { base, optional, list, fixed }: Parameter): boolean {
  if (value === null) return optional
  if (!list) return fitsOne(value, base)
  if (Array.isArray(value)) return value.every((item) => item === null || fitsOne(item, base))
  return fixed !== undefined && fitsOne(value, base)
}

function fitsOne(value: unknown, base: string): boolean {
  switch (base) {
    case 'Tensor':
      return value instanceof Tensor
    case 'Scalar':
      return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean'
    case 'int':
    case 'SymInt':
      return Number.isInteger(value) || typeof value === 'bigint'
    case 'float':
      return typeof value === 'number'
    case 'bool':
      return typeof value === 'boolean'
    default:
      return typeof value === 'string'
  }
}

/** Told every operator that was called, with its arguments in the schema's order and what it gave. */
export type Observer = (name: string, args: readonly unknown[], result: unknown, schema: Schema) => void

let observer: Observer | undefined

/** Runs `body` and tells `each` all operators that it calls; libtorch's own calls, as in gradients, are not seen. */
export function observeCalls<T>(each: Observer, body: () => T): T {
  const before = observer
  observer = each
  try {
    return body()
  } finally {
    observer = before
  }
}

/** Operators whose shapes or errors depend on values. */
const ASKS_THE_HOST = new Set(
  'nonzero masked_select bincount equal is_nonzero _unique2 unique_dim unique_consecutive linalg_cholesky linalg_inv linalg_solve linalg_eigh linalg_svd linalg_qr'
    .split(' ')
    .map((name) => `aten::${name}`),
)

function invoke(overload: Overload, args: unknown[]): unknown {
  const result = called(overload, args)
  observer?.(overload.schema.name, args, result, overload.schema)
  return result
}

function called(overload: Overload, args: unknown[]): unknown {
  if (isRecording() && ASKS_THE_HOST.has(overload.schema.name)) notRecorded(overload.schema.name)
  const { parameters } = overload.schema
  if (overload.device !== undefined) args[overload.device] ??= deviceInUse()
  const lowered = args.map((value, i) => lower(value, parameters[i] as Parameter, overload))
  let results: unknown
  try {
    results = native().call(overload.index, ...lowered)
  } catch (error) {
    throw failure(overload.schema, args, error)
  }
  const { inPlace } = overload
  if (inPlace.length === 0) return undefined
  if (inPlace.length === 1) return lift(results, 0, overload, args)
  return (results as unknown[]).map((result, i) => lift(result, i, overload, args))
}

function lower(value: unknown, parameter: Parameter, overload: Overload): unknown {
  if (value instanceof Tensor) {
    if (value.disposed)
      throw new DisposedTensorError(`argument '${parameter.name}' of ${overload.schema.name}`)
    return value.id
  }
  if (Array.isArray(value)) {
    return parameter.base === 'Tensor' ? value.map((item) => item && lower(item, parameter, overload)) : value
  }
  if (typeof value === 'string') {
    if (parameter.base === 'ScalarType') return dtypeCode(value as DType)
    if (parameter.base === 'MemoryFormat') return memoryFormatCode(value as MemoryFormat)
    if (parameter.base === 'Layout') return 0
  }
  return value
}

function lift(result: unknown, i: number, { schema, inPlace }: Overload, args: unknown[]): unknown {
  const same = inPlace[i]
  if (same !== undefined) return args[same]
  const isTensor = schema.results[i]?.type.startsWith('Tensor')
  if (!isTensor || result === null) return result
  return Array.isArray(result) ? result.map((id: number) => new Tensor(id)) : new Tensor(result as number)
}

function failure(schema: Schema, args: unknown[], error: unknown): OperatorError {
  const name = schema.overload ? `${schema.name}.${schema.overload}` : schema.name
  const given = args.flatMap((value, i) =>
    value === undefined ? [] : [`${schema.parameters[i]?.name}: ${show(value)}`],
  )
  const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
  return new OperatorError(`${name}(${given.join(', ')}): ${reason}`, { cause: error })
}

function refusal(
  name: string,
  overloads: Overload[],
  args: unknown[],
  options: Options | undefined,
): OperatorError {
  const given = [...args.map(show), ...(options ? [show(options)] : [])].join(', ')
  const forms = overloads.slice(0, 6).map(({ schema }) => signature(schema))
  return new OperatorError(`${name} has no form that takes (${given}); it takes ${forms.join(' or ')}`)
}

function signature({ parameters }: Schema): string {
  return `(${parameters.map((p) => `${p.base}${p.list ? '[]' : ''}${p.optional || p.hasDefault ? '?' : ''} ${p.name}`).join(', ')})`
}

function show(value: unknown): string {
  if (value instanceof Tensor) return describe(value)
  if (Array.isArray(value)) {
    const items = value.slice(0, 8).map(show).join(', ')
    return `[${items}${value.length > 8 ? ', …' : ''}]`
  }
  return typeof value === 'object' && value !== null
    ? `{${Object.entries(value)
        .map(([key, item]) => `${key}: ${show(item)}`)
        .join(', ')}}`
    : String(value)
}
