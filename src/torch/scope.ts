import { native } from './native.js'
import type { Tensor } from './tensor.js'

interface Scope {
  made: Set<Tensor>
  outer: Scope | undefined
}

let current: Scope | undefined

/**
 * Frees every tensor made inside `body` except those it returns (in arrays, plain objects and maps as well), which
 * pass to the enclosing scope. Nests, and frees on an exception too. `body` must be synchronous.
 */
export function scope<T>(body: () => T): T {
  const outer = current
  const made = new Set<Tensor>()
  current = { made, outer }
  let kept: Set<Tensor> | undefined
  try {
    const result = body()
    if (result instanceof Promise) {
      throw new TypeError(
        'scope() needs a synchronous function, got one that returns a promise: await outside of it',
      )
    }
    kept = tensorsIn(result)
    return result
  } finally {
    current = outer
    settle(made, kept)
  }
}

/**
 * As `scope`, for a body that pauses wherever it yields. Meanwhile the scope is not open, so that other code may run. Whoever
 * leaves it before its end, by `return()`, frees all that was made.
 */
export function* pausingScope<T>(body: () => Generator<void, T, void>): Generator<void, T, void> {
  const made = new Set<Tensor>()
  const inside = <U>(go: () => U): U => {
    const outer = current
    current = { made, outer }
    try {
      return go()
    } finally {
      current = outer
    }
  }
  let steps: Generator<void, T, void> | undefined
  let kept: Set<Tensor> | undefined
  try {
    const begun = inside(body)
    steps = begun
    for (;;) {
      const { done, value } = inside(() => begun.next())
      if (done) {
        kept = tensorsIn(value)
        return value
      }
      yield
    }
  } finally {
    inside(() => steps?.return(undefined as never))
    settle(made, kept)
  }
}

/** Frees tensors but those that are kept, which pass to the scope that is open. */
function settle(made: ReadonlySet<Tensor>, kept: ReadonlySet<Tensor> | undefined): void {
  for (const tensor of made) {
    if (!kept?.has(tensor)) tensor.dispose()
    else if (!tensor.disposed) adopt(tensor)
  }
}

/** Takes tensors out of every scope: they live until `dispose()`. For parameters and other long-lived state. */
export function keep<T>(value: T): T {
  for (const tensor of tensorsIn(value)) {
    for (let open = current; open; open = open.outer) open.made.delete(tensor)
    watch(tensor)
  }
  return value
}

/** Frees every tensor in arrays, plain objects and maps. */
export function disposeAll(value: unknown): void {
  for (const tensor of tensorsIn(value)) tensor.dispose()
}

/** Puts a new tensor under the current scope or, outside of any, under the garbage collector's backstop. */
export function adopt(tensor: Tensor): void {
  if (current) current.made.add(tensor)
  else watch(tensor)
}

const collected = new FinalizationRegistry<number>((id) => native().release(id))

function watch(tensor: Tensor): void {
  if (native().watch(tensor.id)) collected.register(tensor, tensor.id, tensor)
}

/** Frees the tensor in a slot, and ends its backstop. */
export function release(tensor: Tensor): void {
  if (native().release(tensor.id)) collected.unregister(tensor)
}

/** Every tensor reachable through arrays, maps and plain objects. */
export function tensorsIn(value: unknown, found = new Set<Tensor>()): Set<Tensor> {
  if (isTensor(value)) found.add(value)
  else if (Array.isArray(value)) for (const item of value) tensorsIn(item, found)
  else if (value instanceof Map) for (const item of value.values()) tensorsIn(item, found)
  else if (isPlain(value)) for (const item of Object.values(value)) tensorsIn(item, found)
  return found
}

// duck-typed: importing the class would be a circle
function isTensor(value: unknown): value is Tensor {
  return typeof value === 'object' && value !== null && 'setRequiresGrad' in value && 'disposed' in value
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
