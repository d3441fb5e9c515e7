/** One pass of an encoder, seen at the one door through which all its operators are called. */
import { createHash } from 'node:crypto'
import { SelfsameError } from '../../errors.js'
import { type DType, noGrad, type Observer, observeCalls, scope, Tensor } from '../../torch/index.js'
import type { Scalar } from './program.js'

export type Seen = { value: number } | { constant: number } | Scalar | null | readonly Seen[]

export interface SeenCall {
  name: string
  args: Record<string, Seen>
  /** Numbers of values. */
  results: number[]
}

export interface SeenConstant {
  shape: readonly number[]
  dtype: DType
  bytes: Uint8Array
  /** SHA-256 of the bytes. */
  digest: string
}

export interface Recording {
  calls: SeenCall[]
  /** What depends on the pictures, which are the first. */
  values: { shape: readonly number[]; dtype: DType }[]
  constants: SeenConstant[]
  /** By name the number of a value. */
  outputs: Map<string, number>
}

/** What is computed of pictures, by name. */
export type Forward = (x: Tensor) => Record<string, Tensor>

/** Bytes of constants by their digest, each once. */
export type Contents = Map<string, Uint8Array>

export interface RecordOptions {
  /** What earlier passes read already. */
  contents?: Contents
  /** Told every value with its number as it comes about. */
  watch?: (value: number, tensor: Tensor) => void
}

/**
 * The calls of one pass in evaluation, without a graph. What no picture has a part in is no call but a constant, read where it is used.
 * @throws SelfsameError for what cannot be followed, naming the operator
 */
export function record(x: Tensor, forward: Forward, options: RecordOptions = {}): Recording {
  const recorder = new Recorder(options)
  return scope(() =>
    noGrad(() => {
      recorder.add(x)
      const made = observeCalls(recorder.see, () => forward(x))
      return recorder.end(made)
    }),
  )
}

class Recorder {
  readonly #calls: SeenCall[] = []
  readonly #values: Recording['values'] = []
  readonly #constants: SeenConstant[] = []
  /** By the object itself, as the numbers of slots are used again; held, as objects outlive their memory here. */
  readonly #known = new Map<Tensor, number>()
  /** Values whose memory others see as well. */
  readonly #shared = new Set<number>()
  readonly #contents: Contents
  readonly #watch: RecordOptions['watch']

  constructor({ contents = new Map(), watch }: RecordOptions) {
    this.#contents = contents
    this.#watch = watch
  }

  add(tensor: Tensor): number {
    const value = this.#values.length
    this.#values.push({ shape: tensor.shape, dtype: tensor.dtype })
    this.#known.set(tensor, value)
    this.#watch?.(value, tensor)
    return value
  }

  readonly see: Observer = (name, args, result, schema) => {
    const sources = tensorsOf(args).flatMap((one) => this.#known.get(one) ?? [])
    if (sources.length === 0) return
    const inPlace = schema.results.some(({ written }) => written !== undefined)
    if (inPlace) this.#checkWritable(name, args[0])
    const named = schema.parameters.flatMap(({ name: key }, i) =>
      args[i] === undefined ? [] : [[key, this.#seen(args[i])] as const],
    )
    const results = tensorsOf([result]).map((one) => this.add(one))
    if (!inPlace && schema.results.some(({ type }) => type.includes('('))) {
      for (const one of [...sources, ...results]) this.#shared.add(one)
    }
    this.#calls.push({
      name: inPlace ? name.replace(/_$/, '') : name,
      args: Object.fromEntries(named),
      results,
    })
  }

  /** What is written to must be seen by nobody else, or others would change unseen. */
  #checkWritable(name: string, self: unknown): void {
    const value = self instanceof Tensor ? this.#known.get(self) : undefined
    if (value !== undefined && !this.#shared.has(value)) return
    throw new SelfsameError(
      `the encoder writes by ${name} into a tensor that is part of another, or was there before the pictures, which cannot be exported: use ${name.replace(/_$/, '')}, which makes a new one`,
    )
  }

  #seen(argument: unknown): Seen {
    if (argument instanceof Tensor) {
      const value = this.#known.get(argument)
      return value === undefined ? { constant: this.#constant(argument) } : { value }
    }
    return Array.isArray(argument) ? argument.map((one) => this.#seen(one)) : (argument as Scalar | null)
  }

  #constant(tensor: Tensor): number {
    const { shape, dtype } = tensor
    const read = tensor.bytes()
    const digest = createHash('sha256').update(read).digest('hex')
    const bytes = this.#contents.get(digest) ?? read
    this.#contents.set(digest, bytes)
    this.#constants.push({ shape, dtype, bytes, digest })
    return this.#constants.length - 1
  }

  end(made: Record<string, Tensor>): Recording {
    const outputs = new Map(
      Object.entries(made).map(([name, tensor]) => {
        const value = this.#known.get(tensor)
        if (value === undefined)
          throw new SelfsameError(
            `what the encoder gives as ${name} does not come from the pictures by operators of ours: nothing of it may pass through numbers in JavaScript`,
          )
        return [name, value]
      }),
    )
    return { calls: this.#calls, values: this.#values, constants: this.#constants, outputs }
  }
}

function tensorsOf(args: readonly unknown[]): Tensor[] {
  return args.flatMap((one) => {
    if (one instanceof Tensor) return [one]
    return Array.isArray(one) ? tensorsOf(one) : []
  })
}
