import { DisposedTensorError } from './errors.js'
import { native } from './native.js'
import type { TensorMethods } from './ops.gen.js'
import { notRecorded } from './recording-now.js'
import { adopt, release } from './scope.js'
import { type Device, type DType, dtypeName } from './types.js'

const ALIVE_NOWHERE = -1
/** What float32 cannot hold. */
const WIDE: readonly DType[] = ['float64', 'int64', 'int32']

/**
 * A libtorch tensor. It owns its memory until `dispose()`, until the `scope()` it was made in ends, or, as a backstop
 * only, until the garbage collector finds it. All operators are methods (`x.add(y)`) and functions (`ops.add(x, y)`).
 */
export class Tensor {
  #id: number

  /** Takes over a slot of the addon's table; not for use outside `torch/`. */
  constructor(id: number) {
    this.#id = id
    adopt(this)
  }

  /** The addon's slot number. @throws DisposedTensorError */
  get id(): number {
    if (this.#id === ALIVE_NOWHERE) throw new DisposedTensorError('this')
    return this.#id
  }

  get disposed(): boolean {
    return this.#id === ALIVE_NOWHERE
  }

  get dtype(): DType {
    return dtypeName(native().describe(this.id)[0])
  }

  get device(): Device {
    return native().describe(this.id)[1] as Device
  }

  /** Sizes of the dimensions, `[]` for a single number. */
  get shape(): number[] {
    return native().describe(this.id).slice(3) as number[]
  }

  /** Number of elements. */
  get numel(): number {
    return this.shape.reduce((product, size) => product * size, 1)
  }

  get requiresGrad(): boolean {
    return native().describe(this.id)[2]
  }

  /** Makes `grad()` able to ask for this tensor's gradient; only floating-point leaves can. Returns itself. */
  setRequiresGrad(requires = true): this {
    native().setRequiresGrad(this.id, requires)
    return this
  }

  /** The only element, as a number. @throws when there is not exactly one */
  item(): number {
    notRecorded('a number asked for')
    return native().item(this.id)
  }

  /** The elements in row-major order, converted to doubles. Copies. */
  toArray(): number[] {
    // float32 holds the smaller types exactly, and half the bytes
    return Array.from(WIDE.includes(this.dtype) ? this.#numbers() : this.toFloat32())
  }

  #numbers(): Float64Array {
    const exact = this.to('float64')
    try {
      return new Float64Array(exact.bytes().buffer)
    } finally {
      if (exact !== this) exact.dispose()
    }
  }

  /** The elements in row-major order as 32-bit floats. Copies; integers beyond 2^24 lose digits. */
  toFloat32(): Float32Array {
    const float = this.to('float32')
    try {
      return new Float32Array(float.bytes().buffer)
    } finally {
      if (float !== this) float.dispose()
    }
  }

  /** The raw elements in row-major order. Copies. */
  bytes(): Uint8Array {
    notRecorded('values asked for')
    return native().toBytes(this.id)
  }

  /** This tensor as another dtype (itself when it has it already). */
  to(dtype: DType): Tensor {
    return this.dtype === dtype ? this : this.toDtype(dtype)
  }

  /** Gives the memory back now. Doing so twice is harmless. */
  dispose(): void {
    if (this.#id === ALIVE_NOWHERE) return
    release(this)
    this.#id = ALIVE_NOWHERE
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  toString(): string {
    return this.disposed ? 'Tensor(disposed)' : `Tensor(${describe(this)})`
  }
}

export interface Tensor extends TensorMethods {
  /** Always a new tensor of the given dtype. */
  toDtype(dtype: DType): Tensor
  /** This tensor on another device (itself when it lies there already). */
  toDevice(device: Device): Tensor
}

/** "float32[2, 3]", for messages. */
export function describe(tensor: Tensor): string {
  if (tensor.disposed) return 'disposed'
  return `${tensor.dtype}[${tensor.shape.join(', ')}]`
}
