/** onnxruntime, which is there where it could be installed; loaded at its first use. */
import { createRequire } from 'node:module'
import { SelfsameError } from '../../errors.js'

export type Onnxruntime = typeof import('onnxruntime-node')

/** @throws SelfsameError where it is not installed */
export async function onnxruntime(): Promise<Onnxruntime> {
  try {
    // import() gave an empty module where standard output is a pipe (Node 20.20)
    return createRequire(import.meta.url)('onnxruntime-node')
  } catch (error) {
    throw missing(error)
  }
}

/** What is said where it cannot be loaded, which says what is broken where more than its package is missing. */
export function missing(error: unknown): SelfsameError {
  const { code, message = '' } = error as NodeJS.ErrnoException
  const absent = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND'
  const why = absent ? 'is not installed' : `cannot be loaded (${message.split('\n')[0]})`
  return new SelfsameError(
    `onnxruntime-node, which runs exported models, ${why}; install it with: ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node`,
    { cause: error },
  )
}
