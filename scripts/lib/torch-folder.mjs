// Recognises libtorch in a folder: an archive's, a Python package's or a system prefix with include/ and lib/.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { namesIn, textOf } from './files.mjs'
import { triplet, unpacked } from './paths.mjs'

export const oldest = [1, 13]
const library = process.platform === 'darwin' ? 'libtorch_cpu.dylib' : 'libtorch_cpu.so'
const api = 'torch/csrc/api/include'
const versionHeaders = [`${api}/torch/version.h`, 'torch/headeronly/version.h', 'torch/version.h']

/** libtorch in this prefix, or a clause that says what is missing. */
export function torchIn(prefix) {
  const include = join(prefix, 'include')
  const lib = [`lib/${triplet}`, 'lib', 'lib64'].map((name) => join(prefix, name)).find(holdsTorch)
  const version = versionIn(include)
  if (!lib && !version) return existsSync(prefix) ? 'no libtorch there' : 'no such folder'
  if (!version) return `the library is in ${lib}, but its headers are not in ${include}`
  if (!lib) return `headers of ${version}, but no ${library}`
  const [major, minor] = version.split('.').map(Number)
  if (major < oldest[0] || (major === oldest[0] && minor < oldest[1]))
    return `version ${version} is older than ${oldest.join('.')}`
  return {
    version,
    includeDirs: [include, join(include, api)],
    libDirs: [...blasDirs(lib), lib],
    cxx11Abi: cxx11AbiOf(prefix, lib),
    cuda: existsSync(join(lib, 'libtorch_cuda.so')),
    cudaHeaders: cudaHeadersFor(prefix),
  }
}

// A Python package's libtorch has CUDA's headers beside it, in packages of their own: nvidia/cu13 or nvidia/cuda_runtime
function cudaHeadersFor(prefix, { CUDA_HOME } = process.env) {
  const packages = namesIn(join(prefix, '../nvidia')).map((name) => join(prefix, '../nvidia', name))
  return [...packages, ...(CUDA_HOME ? [CUDA_HOME] : []), '/usr/local/cuda']
    .map((folder) => join(folder, 'include'))
    .find((folder) => existsSync(join(folder, 'cuda_runtime_api.h')))
}

const holdsTorch = (folder) => existsSync(join(folder, library))

function versionIn(include) {
  for (const header of versionHeaders) {
    const text = textOf(join(include, header)) ?? ''
    const parts = ['MAJOR', 'MINOR', 'PATCH'].map((part) => text.match(`TORCH_VERSION_${part} +(\\d+)`)?.[1])
    if (parts.every(Boolean)) return parts.join('.')
  }
  return undefined
}

// Debian's libtorch asks for libblas.so.3 by name: what comes first in the rpath decides between 7 and 216 GFLOP/s
function blasDirs(lib) {
  if (!lib.endsWith(triplet)) return []
  return [lib, join(unpacked, 'usr/lib', triplet)]
    .map((folder) => join(folder, 'openblas-pthread'))
    .filter((folder) => existsSync(join(folder, 'libblas.so.3')))
    .slice(0, 1)
}

// Archives before 2.7 came in two ABIs; the CMake file that is shipped with them names the one they were built with
function cxx11AbiOf(prefix, lib) {
  const configs = [join(prefix, 'share/cmake/Torch'), join(lib, 'cmake/Torch')]
  const texts = configs.map((folder) => textOf(join(folder, 'TorchConfig.cmake')) ?? '')
  return !texts.some((text) => text.includes('_GLIBCXX_USE_CXX11_ABI=0'))
}
