import { operator } from './dispatch.js'
import { METHOD_NAMES, OP_NAMES, type Ops } from './ops.gen.js'
import { Tensor } from './tensor.js'
import { type Device, type DType, dtypeCode } from './types.js'

/** Every public operator of libtorch as a function, typed from libtorch's own schemas: `ops.conv2d(x, w, b, {padding: 1})`. */
export const ops: Ops = Object.fromEntries(OP_NAMES.map((name) => [name, operator(name)])) as unknown as Ops

type AnyOp = (...args: unknown[]) => unknown

for (const name of METHOD_NAMES) {
  const op = ops[name as keyof Ops] as AnyOp
  Object.defineProperty(Tensor.prototype, name, {
    value(this: Tensor, ...args: unknown[]) {
      return op(this, ...args)
    },
    writable: true,
    configurable: true,
  })
}

const toCopy = operator('_to_copy')
Tensor.prototype.toDtype = function toDtype(dtype: DType): Tensor {
  dtypeCode(dtype)
  return toCopy(this, { dtype }) as Tensor
}
Tensor.prototype.toDevice = function toDevice(device: Device): Tensor {
  return this.device === device || this.device === `${device}:0` ? this : (toCopy(this, { device }) as Tensor)
}
