// Where things are. Every script asks here, so that a move is made in one place.
import { existsSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
export const inRoot = (...parts) => join(root, ...parts)

/** The path from the root on where it lies in the project, else the whole one. */
export function fromRoot(path) {
  const inside = relative(root, path)
  return inside === '..' || inside.startsWith('../') ? resolve(path) : inside
}

/** Whether this is a package in somebody's project: without sources of TypeScript, and with its packages beside it. */
export const isInstalled = basename(dirname(root)) === 'node_modules'

/** Where a package that we depend on lies, from the root on. */
export const packageFolder = (name) =>
  `${isInstalled && !existsSync(inRoot('node_modules', name)) ? '..' : 'node_modules'}/${name}`

export const buildDir = inRoot('build')
export const addonFile = inRoot('build/selfsame.node')
export const stampFile = inRoot('build/stamp.json')

/** Debian packages unpacked without root: a small /usr of our own. */
export const unpacked = inRoot('.cache/libtorch')
export const fashionFolder = 'usr/share/datasets/fashion-mnist'

/** Debian's multi-arch folder name for this machine. */
export const triplet =
  {
    x64: 'x86_64-linux-gnu',
    arm64: 'aarch64-linux-gnu',
    ppc64: 'powerpc64le-linux-gnu',
    riscv64: 'riscv64-linux-gnu',
    s390x: 's390x-linux-gnu',
  }[process.arch] ?? `${process.arch}-linux-gnu`
