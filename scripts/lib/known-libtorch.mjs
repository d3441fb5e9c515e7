// Remembers the libtorch that was found last, since asking a Python for it takes up to seconds.
import { statSync, writeFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { findLibtorch } from '../find-libtorch.mjs'
import { jsonOf } from './files.mjs'
import { makeFolder } from './make-folder.mjs'
import { buildDir, fromRoot, root } from './paths.mjs'

const file = join(buildDir, 'libtorch.json')
// stands in the file for the project's folder, which may be another tomorrow
const here = '<project>/'

/** The remembered libtorch when it is still there unchanged, or undefined. */
export function knownLibtorch() {
  const known = jsonOf(file)
  if (!known) return undefined
  const libtorch = replaced(known.libtorch, here, `${root}/`)
  return known.key === keyOf(libtorch) ? libtorch : undefined
}

/** Looks afresh and remembers: `{ libtorch, tried }`. */
export function lookForLibtorch() {
  const result = findLibtorch()
  if (result.libtorch) remember(result.libtorch)
  return result
}

export function remember(libtorch) {
  makeFolder(buildDir)
  const kept = { key: keyOf(libtorch), libtorch: replaced(libtorch, `${root}/`, here) }
  writeFileSync(file, JSON.stringify(kept))
}

const replaced = (object, from, to) =>
  JSON.parse(JSON.stringify(object), (_, value) =>
    typeof value === 'string' ? value.replaceAll(from, to) : value,
  )

function keyOf({ libDirs, includeDirs }) {
  const { LIBTORCH = '', VIRTUAL_ENV = '' } = process.env
  return JSON.stringify([
    LIBTORCH,
    VIRTUAL_ENV,
    ...[...libDirs, ...includeDirs].map(identityOf),
    libraryTime(libDirs.at(-1)),
  ])
}

// a copy of the project has other folders, but the same library
function identityOf(folder) {
  const found = statSync(folder, { throwIfNoEntry: false })
  return found && (isAbsolute(fromRoot(folder)) ? found.ino : 'here')
}

function libraryTime(folder) {
  const names = ['libtorch_cpu.so', 'libtorch_cpu.dylib', 'libtorch_cuda.so']
  return names.map((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0).join()
}
