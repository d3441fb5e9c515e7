// Remembers the libtorch that was found last, since asking a Python for it takes up to seconds.
import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findLibtorch } from '../find-libtorch.mjs'
import { jsonOf } from './files.mjs'
import { makeFolder } from './make-folder.mjs'
import { buildDir } from './paths.mjs'

const file = join(buildDir, 'libtorch.json')

/** The remembered libtorch when it is still there unchanged, or undefined. */
export function knownLibtorch() {
  const known = jsonOf(file)
  return known && known.key === keyOf(known.libtorch) ? known.libtorch : undefined
}

/** Looks afresh and remembers: `{ libtorch, tried }`. */
export function lookForLibtorch() {
  const result = findLibtorch()
  if (result.libtorch) {
    makeFolder(buildDir)
    writeFileSync(file, JSON.stringify({ key: keyOf(result.libtorch), libtorch: result.libtorch }))
  }
  return result
}

function keyOf({ libDirs, includeDirs }) {
  const { LIBTORCH = '', VIRTUAL_ENV = '' } = process.env
  const times = [...libDirs, ...includeDirs].map((folder) => statSync(folder, { throwIfNoEntry: false })?.ino)
  return JSON.stringify([LIBTORCH, VIRTUAL_ENV, ...times, libraryTime(libDirs.at(-1))])
}

function libraryTime(folder) {
  const names = ['libtorch_cpu.so', 'libtorch_cpu.dylib', 'libtorch_cuda.so']
  return names.map((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0).join()
}
