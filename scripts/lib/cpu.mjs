// Names this processor and what it can do: kernels are compiled for it, so a build carried elsewhere must be redone.
import { cpus } from 'node:os'
import { hashOf, textOf } from './files.mjs'

export function cpuOfThisMachine() {
  const info = textOf('/proc/cpuinfo')
  const named = info?.match(/^model name\s*:\s*(.*)$/m)?.[1] ?? cpus()[0]?.model ?? process.arch
  // virtual machines give many processors one name: the list of instructions tells them apart
  const features = info?.match(/^(?:flags|Features)\s*:\s*(.*)$/m)?.[1] ?? ''
  return { name: named, id: hashOf([], named, features) }
}
