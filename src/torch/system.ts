import { native } from './native.js'

export interface Memory {
  /** Tensors that JavaScript holds in this thread. */
  tensors: number
  /** Bytes that only the garbage collector can free, of storages on any device; V8 is told of them, each once. */
  watched: number
  /** Bytes of CPU memory in all tensors, those inside recorded graphs included. */
  bytes: number
  /** Bytes kept for reuse by later tensors. */
  cached: number
  /** The highest `bytes` so far. */
  peak: number
}

/** What tensors occupy now. The test of every new code path: `tensors` is the same before and after. */
export function memory(): Memory {
  return native().memory()
}

/** Gives the memory that is kept for reuse back to the system. */
export function releaseCachedMemory(): void {
  native().releaseCached()
}

/** Seeds libtorch's default generator (initialisation, dropout). Views draw from `learn/augment`'s own numbers. */
export function manualSeed(seed: number): void {
  native().manualSeed(seed)
}

/** Sets the number of threads of one operator; the default is every core, or the environment's `SELFSAME_THREADS`. */
export function setThreads(count: number): void {
  native().setThreads(count)
}

export function threads(): number {
  return native().threads()
}

/** What the running libtorch says of itself. */
export function about(): {
  version: string
  cuda: boolean
  cudaDevices: number
  /** Whether steps on a GPU can be recorded as CUDA graphs. */
  cudaGraphs: boolean
  config: string
  parallel: string
} {
  return { ...native().about(), cudaGraphs: native().recorder !== undefined }
}
