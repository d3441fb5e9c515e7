import { SelfsameError } from './errors.js'
import { shown } from './printable.js'
import { writeFault } from './write-error.js'

/** An error as its user is told of it. */
export function sentence(error: unknown): string {
  if (error instanceof SelfsameError) return error.message
  const fault = writeFault(error)
  if (fault) return fault
  const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : `${shown(error)} was thrown`
  return `${message} (this is a fault of ours; SELFSAME_DEBUG=1 shows where)`
}
