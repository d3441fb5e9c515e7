export interface Libtorch {
  version: string
  includeDirs: string[]
  /** In rpath order: OpenBLAS first when it is there. */
  libDirs: string[]
  cxx11Abi: boolean
  cuda: boolean
  /** Folder of CUDA's headers, without which there are no CUDA graphs. */
  cudaHeaders?: string
  /** The place of `tried` it was found in. */
  source: string
}
export interface Tried {
  place: string
  outcome: string
}
export function findLibtorch(env?: NodeJS.ProcessEnv): { libtorch: Libtorch | undefined; tried: Tried[] }
export function triedLines(tried: Tried[]): string
