import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findLibtorch } from './find-libtorch.mjs'

const library = process.platform === 'darwin' ? 'libtorch_cpu.dylib' : 'libtorch_cpu.so'
const header = 'include/torch/csrc/api/include/torch/version.h'
const version = (major, minor, patch) =>
  `#define TORCH_VERSION_MAJOR ${major}\n#define TORCH_VERSION_MINOR ${minor}\n#define TORCH_VERSION_PATCH ${patch}\n`

let folder
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'libtorch-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function find(files, within = '.') {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return findLibtorch({ LIBTORCH: join(folder, within) })
}

test('an unpacked archive is found through LIBTORCH', () => {
  const { libtorch } = find({ [header]: version(2, 7, 1), [`lib/${library}`]: '' })
  expect(libtorch).toMatchObject({
    version: '2.7.1',
    includeDirs: [join(folder, 'include'), join(folder, 'include/torch/csrc/api/include')],
    libDirs: [join(folder, 'lib')],
    cxx11Abi: true,
    cuda: false,
  })
})

test('newer headers keep the version elsewhere', () => {
  const { libtorch } = find({
    [header]: '#include <torch/headeronly/version.h>\n',
    'include/torch/headeronly/version.h': version(2, 10, 0),
    [`lib/${library}`]: '',
  })
  expect(libtorch?.version).toBe('2.10.0')
})

test('the old ABI and CUDA are seen', () => {
  const { libtorch } = find({
    [header]: version(2, 2, 0),
    [`lib/${library}`]: '',
    'lib/libtorch_cuda.so': '',
    'share/cmake/Torch/TorchConfig.cmake': 'set(TORCH_CXX_FLAGS "-D_GLIBCXX_USE_CXX11_ABI=0")',
  })
  expect(libtorch).toMatchObject({ cxx11Abi: false, cuda: true })
})

test("CUDA's headers are found in the packages beside a Python package's libtorch", () => {
  const files = {
    [`torch/${header}`]: version(2, 11, 0),
    [`torch/lib/${library}`]: '',
    'torch/lib/libtorch_cuda.so': '',
    'nvidia/cudnn/include/cudnn.h': '',
    'nvidia/cu13/include/cuda_runtime_api.h': '',
  }
  expect(find(files, 'torch').libtorch?.cudaHeaders).toBe(join(folder, 'nvidia/cu13/include'))
})

test.each([
  ['an empty folder', {}, 'no libtorch there'],
  ['no headers', { [`lib/${library}`]: '' }, 'its headers are not in'],
  ['no library', { [header]: version(2, 0, 0) }, `no ${library}`],
  ['too old', { [header]: version(1, 9, 0), [`lib/${library}`]: '' }, 'older than 1.13'],
])('%s: the outcome says so, and nothing else is tried', (_, files, outcome) => {
  const { libtorch, tried } = find(files)
  expect(libtorch).toBeUndefined()
  expect(tried).toHaveLength(1)
  expect(tried[0].outcome).toContain(outcome)
})
