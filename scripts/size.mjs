// Lines a folder, generated code apart; fails when a file or a room of native/ grows beyond its budget.
import { existsSync, readdirSync } from 'node:fs'
import { dirname, relative } from 'node:path'
import { filesUnder, textOf } from './lib/files.mjs'
import { inRoot, root } from './lib/paths.mjs'
import { rooms } from './lib/rooms.mjs'

const longestAllowed = { written: 350, tests: 500 }
/** A door that thinks for itself is one that the other door lacks. */
const door = { folder: 'src/cli', lines: 2800, longest: 120 }
const code = /\.(ts|mts|mjs|cjs|js|cc|h|hpp|css|html)$/

// these are shown folder by folder, the others whole
const split = ['native', 'src']
const whole = ['scripts', 'test', 'bench', 'examples']

const problems = []
const all = []
printRow('folder', 'files', 'lines', 'median', 'longest', 'tests', 'generated')
for (const folder of split) {
  measure(folder, { own: true })
  for (const name of foldersIn(folder)) measure(`${folder}/${name}`)
}
for (const folder of whole) measure(folder)
printRow('all', all.length, sum(all), median(all), longest(all), '', '')
for (const problem of problems) console.error(problem)
process.exitCode = problems.length > 0 ? 1 : 0

function measure(folder, { own = false } = {}) {
  const wanted = (path) => code.test(path) && (!own || dirname(path) === inRoot(folder))
  const files = filesUnder(inRoot(folder), wanted).map((path) => ({
    path: relative(root, path),
    lines: textOf(path).split('\n').length - 1,
  }))
  if (files.length === 0) return
  const generated = files.filter(({ path }) => path.includes('.gen.'))
  const tests = files.filter(({ path }) => path.includes('.test.'))
  const written = files.filter((file) => !generated.includes(file) && !tests.includes(file))
  all.push(...written)
  judge(folder, written, tests)
  printRow(
    folder,
    written.length,
    sum(written),
    median(written),
    longest(written),
    sum(tests),
    sum(generated),
  )
}

function judge(folder, written, tests) {
  const isDoor = folder === door.folder
  const kind = folder === 'test' ? 'tests' : 'written'
  refuseLong(written, isDoor ? door.longest : longestAllowed[kind])
  refuseLong(tests, longestAllowed.tests)
  if (isDoor && sum(written) > door.lines)
    problems.push(
      `${folder} has ${sum(written)} lines and ${door.lines} are allowed: move what is neither parsing nor printing below it.`,
    )
  const [top, name] = folder.split('/')
  if (top !== 'native') return
  const allowed = rooms[name]?.lines
  if (allowed === undefined)
    problems.push(`${folder} is no room: put it in one, or give it a place in scripts/lib/rooms.mjs.`)
  else if (sum(written) > allowed)
    problems.push(`${folder} has ${sum(written)} lines and ${allowed} are allowed: move work to TypeScript.`)
}

function refuseLong(files, allowed) {
  for (const { path, lines } of files)
    if (lines > allowed) problems.push(`${path} has ${lines} lines and ${allowed} are allowed: split it.`)
}

function foldersIn(folder) {
  if (!existsSync(inRoot(folder))) return []
  const entries = readdirSync(inRoot(folder), { withFileTypes: true })
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
}

function sum(files) {
  return files.reduce((total, { lines }) => total + lines, 0)
}

function median(files) {
  return files.map(({ lines }) => lines).sort((a, b) => a - b)[Math.floor(files.length / 2)] ?? 0
}

function longest(files) {
  return Math.max(0, ...files.map(({ lines }) => lines))
}

function printRow(name, ...cells) {
  console.log(name.padEnd(16) + cells.map((cell) => String(cell).padStart(10)).join(''))
}
