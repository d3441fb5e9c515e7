// Unpacked packages point at files that the machine itself has: those get a link at the place they are looked for.
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, symlinkSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { filesUnder } from './files.mjs'
import { makeFolder } from './make-folder.mjs'
import { triplet, unpacked } from './paths.mjs'

const libraries = join(unpacked, 'usr/lib', triplet)

export function mendLinks() {
  for (const path of danglingLinks(join(unpacked, 'usr'))) borrow(targetOf(path))
  for (const path of scriptTargets()) borrow(path)
}

function danglingLinks(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return danglingLinks(path)
    return entry.isSymbolicLink() && !existsSync(path) ? [path] : []
  })
}

function targetOf(path) {
  const target = readlinkSync(path)
  return target.startsWith('/') ? join(unpacked, target) : resolve(dirname(path), target)
}

// libc.so and its like are texts that name the real libraries
function scriptTargets() {
  return filesUnder(join(unpacked, 'usr/lib'), isScript)
    .flatMap((path) => readFileSync(path, 'utf8').match(/\S+\.so\.\d+/g) ?? [])
    .map((name) => (name.startsWith('/') ? join(unpacked, name) : join(libraries, name)))
}

function isScript(path) {
  if (!path.endsWith('.so')) return false
  const found = lstatSync(path)
  return found.isFile() && found.size < 4096
}

/** Puts a link to the machine's own file at a path in the unpacked tree where there is nothing. */
function borrow(path) {
  if (existsSync(path)) return
  const own = `/${relative(unpacked, path)}`
  const found = [own, join('/usr/lib', triplet, basename(path)), join('/lib', triplet, basename(path))].find(
    existsSync,
  )
  if (!found || isLink(path)) return
  makeFolder(dirname(path))
  symlinkSync(found, path)
}

const isLink = (path) => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false
