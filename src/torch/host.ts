/** The way from the host's memory to the device in use. */
import { deviceInUse } from './device.js'
import { operator } from './dispatch.js'
import { native } from './native.js'
import { notRecorded } from './recording-now.js'
import { Tensor } from './tensor.js'

const copyTo = operator('_to_copy')
const pinMemory = operator('pin_memory')

/**
 * Hands a fresh tensor over to the device in use (itself where it lies there already). On its way to a GPU it lies in memory
 * that the GPU reads by itself, so that the host goes on at once.
 */
export function sent(made: Tensor): Tensor {
  const device = deviceInUse()
  if (device === 'cpu' || made.device !== 'cpu') return made
  notRecorded('a tensor made of numbers')
  const cuda = device.startsWith('cuda')
  const from = cuda ? (pinMemory(made) as Tensor) : made
  const there = copyTo(from, { device, non_blocking: cuda }) as Tensor
  from.dispose()
  made.dispose()
  return there
}

/** The same memory under a second handle, which is disposed of by itself. */
export function alias(tensor: Tensor): Tensor {
  return new Tensor(native().alias(tensor.id))
}
