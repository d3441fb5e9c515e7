// What the addon is made of: units, flags and one hash over all that decides how it comes out. Spawns nothing.
import { existsSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { cpuOfThisMachine } from './cpu.mjs'
import { filesUnder, hashOf } from './files.mjs'
import { findLibjpeg } from './libjpeg.mjs'
import { buildDir, inRoot, root } from './paths.mjs'

const headerPackages = ['node_modules/node-api-headers/include', 'node_modules/node-addon-api']
const mac = process.platform === 'darwin'

/** `{ units: [{ source, object, flags }], linkFlags, libjpeg, cpu, hash }` for this libtorch. */
export function nativePlan(libtorch, env = process.env) {
  const headers = filesUnder(inRoot('native'), (path) => /\.(h|hpp|inc)$/.test(path))
  const sources = filesUnder(inRoot('native'), (path) => path.endsWith('.cc'))
  const cpu = cpuOfThisMachine()
  const common = [...commonFlags(libtorch), ...openmpFlags()]
  const about = [JSON.stringify(libtorch), process.arch, env.CXX ?? '']
  const libjpeg = findLibjpeg()
  const units = sources.map((source) => {
    const kernel = relative(root, source).startsWith('native/kernels/')
    const flags = [...common]
    if (kernel) flags.push(tuned)
    if (basename(source) === 'jpeg.cc' && libjpeg) flags.push(...jpegFlags(libjpeg))
    if (basename(source) === 'system.cc' && libtorch.cuda) flags.push('-DSELFSAME_CUDA')
    if (basename(source) === 'graph.cc' && libtorch.cuda) flags.push(...graphFlags(libtorch))
    // sources include the headers beside them alone, CUDA's those of the door too
    const seen = [dirname(source), ...(dirname(source) === inRoot('native/cuda') ? [inRoot('native')] : [])]
    const own = headers.filter((header) => seen.includes(dirname(header)))
    const hash = hashOf([source, ...own], ...flags, ...about, kernel ? cpu.id : '')
    return { source, flags, object: join(buildDir, 'obj', `${basename(source, '.cc')}-${hash}.o`) }
  })
  const linkFlags = [...linkFlagsFor(libtorch), ...(libjpeg ? jpegLinkFlags(libjpeg) : [])]
  return {
    units,
    linkFlags,
    libjpeg,
    cpu,
    hash: hashOf([], ...units.map((unit) => unit.object), ...linkFlags, ...about),
  }
}

const tuned = process.arch === 'arm64' ? '-mcpu=native' : '-march=native'

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
  ...headerPackages.flatMap((folder) => ['-isystem', inRoot(folder)]),
  ...includeDirs.flatMap(includeFlag),
]

// a folder with libc's headers must come after those of C++, whose #include_next looks further down the list
const includeFlag = (folder) => [/\/usr\/include(\/[^/]+)?$/.test(folder) ? '-idirafter' : '-isystem', folder]

const graphFlags = ({ cudaHeaders }) =>
  cudaHeaders ? ['-DSELFSAME_CUDA_HEADERS', ...includeFlag(cudaHeaders)] : []

// a new version is compiled against anew
const jpegFlags = ({ version, includeDirs }) => [
  `-DSELFSAME_JPEG="libjpeg-turbo ${version}"`,
  ...includeDirs.flatMap(includeFlag),
]

// by its path, since a folder given with -L would serve other libraries too
const jpegLinkFlags = ({ file, rpath }) => [file, ...(rpath ? [`-Wl,-rpath,${rpathOf(rpath)}`] : [])]

// Apple's clang has OpenMP only with Homebrew's library
function openmpFlags() {
  if (!mac) return ['-fopenmp']
  const libomp = '/opt/homebrew/opt/libomp'
  return existsSync(libomp) ? ['-Xpreprocessor', '-fopenmp', '-isystem', `${libomp}/include`] : []
}

function linkFlagsFor({ libDirs, cuda }) {
  const libraries = ['-ltorch', '-ltorch_cpu', '-lc10', ...(cuda ? ['-ltorch_cuda', '-lc10_cuda'] : [])]
  const places = libDirs.flatMap((folder) => [`-L${folder}`, `-Wl,-rpath,${rpathOf(folder)}`])
  if (mac) return ['-shared', '-undefined', 'dynamic_lookup', ...places, ...libraries]
  // the old kind of rpath also serves libtorch's own libraries; without --no-as-needed the linker drops CUDA
  return ['-shared', '-fopenmp', '-Wl,--disable-new-dtags', '-Wl,--no-as-needed', ...places, ...libraries]
}

/** Folders of the project are given from the addon on, so that the checkout can be moved. */
export function rpathOf(folder) {
  const inside = relative(root, folder)
  if (inside.startsWith('..')) return folder
  return `${mac ? '@loader_path' : '$ORIGIN'}/../${inside}`
}
