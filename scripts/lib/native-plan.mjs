// What the addon is made of: units, flags and one hash over all that decides how it comes out. Spawns nothing.
// Paths in the project are given from its root on, where the compiler runs, so that a copy of it, build/ included, is current.
import { existsSync } from 'node:fs'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { cpuOfThisMachine } from './cpu.mjs'
import { filesUnder, hashOf, textOf } from './files.mjs'
import { findLibjpeg } from './libjpeg.mjs'
import { buildDir, fromRoot, inRoot, packageFolder } from './paths.mjs'
import { rooms } from './rooms.mjs'

const headerPackages = [`${packageFolder('node-api-headers')}/include`, packageFolder('node-addon-api')]
const mac = process.platform === 'darwin'

/** `{ units: [{ room, sources, object, flags }], linkFlags, libjpeg, cpu, hash }` for this libtorch. */
export function nativePlan(libtorch, env = process.env) {
  const cpu = cpuOfThisMachine()
  const libjpeg = findLibjpeg()
  const about = [libtorch.version, process.arch, env.CXX ?? '']
  const common = [...commonFlags(libtorch), ...openmpFlags()]
  const own = {
    door: libtorch.cuda ? ['-DSELFSAME_CUDA'] : [],
    jpeg: libjpeg ? jpegFlags(libjpeg) : [],
    cuda: libtorch.cuda ? graphFlags(libtorch) : [],
  }
  const units = Object.entries(rooms).flatMap(([room, { tuned }]) => {
    const sources = filesUnder(inRoot('native', room), (path) => path.endsWith('.cc'))
    if (sources.length === 0) return []
    const flags = [...common, ...(own[room] ?? []), ...(tuned ? [forThisCpu] : [])]
    const hash = hashOf(withIncluded(sources), ...flags, ...about, tuned ? cpu.id : '')
    return { room, sources: sources.map(fromRoot), flags, object: join(buildDir, 'obj', `${room}-${hash}.o`) }
  })
  const linkFlags = [...linkFlagsFor(libtorch), ...(libjpeg ? jpegLinkFlags(libjpeg) : [])]
  const objects = units.map(({ object }) => basename(object))
  return { units, linkFlags, libjpeg, cpu, hash: hashOf([], ...objects, ...linkFlags, ...about) }
}

/** The arguments after which the compiler makes one object of all sources of a room. */
export const compileArguments = ({ sources, flags }) => [
  ...flags,
  ...sources.flatMap((source) => ['-include', source]),
  ...['-c', '-x', 'c++', '/dev/null'],
]

// The files with all of ours that they include, of whatever room.
function withIncluded(sources) {
  const found = new Set(sources)
  for (const file of found) {
    for (const [, name] of textOf(file)?.matchAll(/^#include "(.*)"/gm) ?? [])
      found.add(join(dirname(file), name))
  }
  return [...found].filter((file) => existsSync(file)).sort()
}

const forThisCpu = process.arch === 'arm64' ? '-mcpu=native' : '-march=native'

// libtorch's headers ask for C++20 since 2.14, and old ones were never compiled as that
const standardFor = (version) => {
  const [major, minor] = version.split('.').map(Number)
  return major > 2 || (major === 2 && minor >= 13) ? 'c++20' : 'c++17'
}

const commonFlags = ({ includeDirs, cxx11Abi, version }) => [
  `-std=${standardFor(version)}`,
  '-O3',
  '-fPIC',
  '-Wall',
  '-DNAPI_VERSION=8',
  `-D_GLIBCXX_USE_CXX11_ABI=${cxx11Abi ? 1 : 0}`,
  // libtorch's own headers then include the operators that they use, and not all of them
  '-DAT_PER_OPERATOR_HEADERS',
  ...headerPackages.flatMap((folder) => ['-isystem', folder]),
  ...includeDirs.flatMap(includeFlag),
]

// a folder with libc's headers must come after those of C++, whose #include_next looks further down the list
const includeFlag = (folder) => [
  /\/usr\/include(\/[^/]+)?$/.test(folder) ? '-idirafter' : '-isystem',
  fromRoot(folder),
]

const graphFlags = ({ cudaHeaders }) =>
  cudaHeaders ? ['-DSELFSAME_CUDA_HEADERS', ...includeFlag(cudaHeaders)] : []

// a new version is compiled against anew
const jpegFlags = ({ version, includeDirs }) => [
  `-DSELFSAME_JPEG="libjpeg-turbo ${version}"`,
  ...includeDirs.flatMap(includeFlag),
]

// by its path, since a folder given with -L would serve other libraries too
const jpegLinkFlags = ({ file, rpath }) => [
  fromRoot(file),
  ...(rpath ? [`-Wl,-rpath,${rpathOf(rpath)}`] : []),
]

// Apple's clang has OpenMP only with Homebrew's library
function openmpFlags() {
  if (!mac) return ['-fopenmp']
  const libomp = '/opt/homebrew/opt/libomp'
  return existsSync(libomp) ? ['-Xpreprocessor', '-fopenmp', '-isystem', `${libomp}/include`] : []
}

function linkFlagsFor({ libDirs, cuda }) {
  const libraries = ['-ltorch', '-ltorch_cpu', '-lc10', ...(cuda ? ['-ltorch_cuda', '-lc10_cuda'] : [])]
  const places = libDirs.flatMap((folder) => [`-L${fromRoot(folder)}`, `-Wl,-rpath,${rpathOf(folder)}`])
  if (mac) return ['-shared', '-undefined', 'dynamic_lookup', ...places, ...libraries]
  // the old kind of rpath also serves libtorch's own libraries; without --no-as-needed the linker drops CUDA
  return ['-shared', '-fopenmp', '-Wl,--disable-new-dtags', '-Wl,--no-as-needed', ...places, ...libraries]
}

/** Folders of the project are given from the addon on, so that the checkout can be moved. */
export function rpathOf(folder) {
  const path = fromRoot(folder)
  return isAbsolute(path) ? path : `${mac ? '@loader_path' : '$ORIGIN'}/../${path}`
}
