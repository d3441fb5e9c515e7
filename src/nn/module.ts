import { SelfsameError } from '../errors.js'
import { type DType, noGrad, scope, Tensor } from '../torch/index.js'

/** What a forward pass needs to know besides its input. */
export interface Pass {
  /** Batch statistics are taken from the batch, and running ones updated. */
  training: boolean
  /** Layers whose initial values depend on data set them from this batch: once, before the first step. */
  initialize?: boolean
  /** Weight of this batch in running statistics; each layer's own unless given. */
  momentum?: number
}

export const TRAIN: Pass = { training: true }
export const EVAL: Pass = { training: false }
export const INITIALIZE: Pass = { training: true, initialize: true }

/**
 * Anything with a `forward`. No base class: tensors, modules and arrays of either that are enumerable properties are
 * found by walking, and their property names joined by dots are the state-dict names.
 */
export interface Module {
  forward(x: Tensor, pass: Pass): Tensor
}

/** All tensors of a module by state-dict name, in property order. A tensor that requires a gradient is a parameter. */
export function stateDict(module: object, prefix = ''): Map<string, Tensor> {
  const found = new Map<string, Tensor>()
  if (isModule(module) || Array.isArray(module)) walk(module, prefix, found)
  // heads and losses are plain groups of modules and tensors, with no forward of their own
  else for (const [key, child] of Object.entries(module)) walk(child, joined(prefix, key), found)
  return found
}

function joined(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}

function walk(value: unknown, path: string, found: Map<string, Tensor>): void {
  if (value instanceof Tensor) {
    found.set(path, value)
  } else if (Array.isArray(value) || isModule(value)) {
    for (const [key, child] of Object.entries(value)) walk(child, joined(path, key), found)
  }
}

function isModule(value: unknown): value is Module {
  return typeof value === 'object' && value !== null && typeof (value as Module).forward === 'function'
}

/** The tensors that training changes by gradient. */
export function parameters(module: object, prefix = ''): Map<string, Tensor> {
  return new Map([...stateDict(module, prefix)].filter(([, tensor]) => tensor.requiresGrad))
}

/** The other tensors: running statistics and counters. */
export function buffers(module: object, prefix = ''): Map<string, Tensor> {
  return new Map([...stateDict(module, prefix)].filter(([, tensor]) => !tensor.requiresGrad))
}

/** Number of trained values. */
export function parameterCount(module: object): number {
  return [...parameters(module).values()].reduce((sum, tensor) => sum + tensor.numel, 0)
}

/**
 * Copies values into existing tensors, in place.
 * @throws SelfsameError naming what is missing, unexpected, or of another shape or dtype; nothing is copied then
 */
export function loadState(into: ReadonlyMap<string, Tensor>, from: ReadonlyMap<string, Tensor>): void {
  checkFit(into, from)
  scope(() =>
    noGrad(() => {
      for (const [name, tensor] of into) tensor.copy_(from.get(name) as Tensor)
    }),
  )
}

/** @throws SelfsameError when the values described are not just those that the tensors need */
export function checkFit(
  into: ReadonlyMap<string, Tensor>,
  from: ReadonlyMap<string, { shape: readonly number[]; dtype: DType }>,
): void {
  for (const [name, { shape, dtype }] of into) {
    const value = from.get(name)
    if (!value) throw new SelfsameError(`the weights lack '${name}': they belong to another network`)
    const [has, needs] = [`${value.dtype}[${value.shape}]`, `${dtype}[${shape}]`]
    if (has !== needs) {
      throw new SelfsameError(
        `the weights '${name}' are ${has}, this network needs ${needs}: they belong to another network`,
      )
    }
  }
  for (const name of from.keys()) {
    if (!into.has(name)) throw new SelfsameError(`the weights hold '${name}', which this network lacks`)
  }
}

/** Frees every tensor of a module. */
export function disposeModule(module: object): void {
  for (const tensor of stateDict(module).values()) tensor.dispose()
}
