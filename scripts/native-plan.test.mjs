import { execFileSync } from 'node:child_process'
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { filesUnder } from './lib/files.mjs'
import { compileArguments, nativePlan } from './lib/native-plan.mjs'
import { fromRoot, inRoot, root } from './lib/paths.mjs'
import { rooms } from './lib/rooms.mjs'

/** One that was unpacked into the project, and one of the system. */
const libtorchOf = (project) => ({
  version: '2.7.1',
  includeDirs: [join(project, '.cache/libtorch/usr/include'), '/usr/include'],
  libDirs: [join(project, '.cache/libtorch/usr/lib')],
  cxx11Abi: true,
  cuda: false,
  source: join(project, '.cache/libtorch/usr'),
})

let folder, project
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plan-'))
  project = join(folder, 'project')
  for (const name of ['scripts', 'native']) cpSync(inRoot(name), join(project, name), { recursive: true })
})
afterEach(() => rmSync(folder, { recursive: true }))

/** What an expression gives to the scripts of a project. */
function ask(where, module, expression) {
  const code = `import * as all from ${JSON.stringify(join(where, 'scripts/lib', module))}
    console.log(JSON.stringify(${expression}) ?? 'null')`
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' }))
}

const planIn = (where) =>
  ask(where, 'native-plan.mjs', `all.nativePlan(${JSON.stringify(libtorchOf(where))})`)
const objects = ({ units }) => units.map(({ object }) => basename(object))

/** The rooms that are compiled anew after more was written into a file. */
function compiledAfter(file) {
  appendFileSync(join(project, file), '// more\n')
  const known = objects(nativePlan(libtorchOf(root)))
  const { units } = planIn(project)
  return units.filter(({ object }) => !known.includes(basename(object))).map(({ room }) => room)
}

test('a project in another place has the same objects, flags and hash', () => {
  const [here, there] = [nativePlan(libtorchOf(root)), planIn(project)]
  expect(there.hash).toBe(here.hash)
  expect(objects(there)).toEqual(objects(here))
  expect(there.units.map(compileArguments)).toEqual(here.units.map(compileArguments))
  expect(there.linkFlags).toEqual(here.linkFlags)
})

test.each([
  ['native/layers/winograd.h', ['layers']],
  ['native/pictures/make_views.cc', ['pictures']],
  ['native/shared/lanes.h', ['layers', 'pictures']],
  ['native/door/value.h', ['door']],
  ['native/door/door.h', ['door', 'jpeg', 'cuda']],
  ['native/memory/memory.h', ['door', 'memory']],
])('a change of %s compiles %j', (file, wanted) => {
  expect(compiledAfter(file)).toEqual(wanted)
})

test('every source is in one unit, and every folder is a room', () => {
  const { units } = nativePlan(libtorchOf(root))
  const sources = filesUnder(inRoot('native'), (path) => path.endsWith('.cc')).map(fromRoot)
  expect(units.flatMap((unit) => unit.sources).sort()).toEqual(sources)
  const folders = readdirSync(inRoot('native'), { withFileTypes: true }).filter((one) => one.isDirectory())
  expect(folders.map(({ name }) => name).sort()).toEqual(Object.keys(rooms).sort())
})

test('a libtorch in the project is known where the project was moved to', () => {
  for (const name of ['include', 'lib'])
    mkdirSync(join(project, '.cache/libtorch/usr', name), { recursive: true })
  ask(project, 'known-libtorch.mjs', `all.remember(${JSON.stringify(libtorchOf(project))})`)
  const moved = join(folder, 'moved')
  renameSync(project, moved)
  expect(ask(moved, 'known-libtorch.mjs', 'all.knownLibtorch()')).toEqual(libtorchOf(moved))
  // a copy has folders of its own
  const copy = join(folder, 'copy')
  cpSync(moved, copy, { recursive: true, preserveTimestamps: true })
  rmSync(moved, { recursive: true })
  expect(ask(copy, 'known-libtorch.mjs', 'all.knownLibtorch()')).toEqual(libtorchOf(copy))
})
