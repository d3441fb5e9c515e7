/** Where tensors come to lie: one device for all of a process, as there is one number of threads. */
import { UsageError } from '../errors.js'
import { native } from './native.js'
import type { Device } from './types.js'

const KNOWN = /^(?:cpu|cuda(?::(\d+))?|privateuseone(?::\d+)?)$/

let inUse: Device | undefined

/** Where new tensors come to lie: `useDevice`'s, else the environment's `SELFSAME_DEVICE`, else the CPU. */
export function deviceInUse(): Device {
  inUse ??= checked(process.env.SELFSAME_DEVICE || 'cpu')
  return inUse
}

/**
 * Lets all tensors that are made from now on lie on `device`; those that are there already stay where they are.
 * @throws UsageError where there is no such device
 */
export function useDevice(device: string): void {
  inUse = checked(device)
}

/** Runs `body` with the CPU as the device: for what has to be the same on every device, and for what only a CPU does. */
export function onHost<T>(body: () => T): T {
  const before = deviceInUse()
  inUse = 'cpu'
  try {
    return body()
  } finally {
    inUse = before
  }
}

function checked(device: string): Device {
  const found = KNOWN.exec(device)
  if (!found) throw new UsageError(`expected the device cpu, cuda or cuda:0, cuda:1 …, got '${device}'`)
  if (!device.startsWith('cuda')) return device as Device
  const { cudaDevices, version, cuda } = native().about()
  if (Number(found[1] ?? 0) < cudaDevices) return device as Device
  const has = cuda
    ? `finds ${cudaDevices === 0 ? 'no GPU' : cudaDevices === 1 ? 'one, cuda:0' : `${cudaDevices}`}`
    : 'is made for the CPU alone'
  throw new UsageError(
    `expected a device of this machine, got '${device}', but its libtorch ${version} ${has}: leave the device out, or set up against a PyTorch with CUDA (LIBTORCH=…)`,
  )
}
