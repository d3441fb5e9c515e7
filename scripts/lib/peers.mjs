// Packages that are only measured against or tested with, brought by npm when they are first asked for, beside the project.
import { execFileSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { makeFolder } from './make-folder.mjs'
import { inRoot } from './paths.mjs'

export const PEERS = process.env.SELFSAME_PEERS ?? inRoot('.cache/peers')

/** Each in a folder of its own, as npm would give two of them one version of what both need. */
function home(name, version) {
  return join(PEERS, `${name.replace('/', '+')}@${version}`)
}

/** The folder of a package's files, which is brought where it is not there. */
export function peerFolder(name, version) {
  const folder = home(name, version)
  const place = join(folder, 'node_modules', name)
  if (existsSync(place)) return place
  makeFolder(folder)
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  execFileSync(
    'npm',
    ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--save-exact', `${name}@${version}`],
    // onnxruntime-node has its CPU library in its package, and its script would fetch others
    { cwd: folder, stdio: ['ignore', 2, 2], env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' } },
  )
  return place
}

/** The folder of a package that another one brought along. */
export function beside(name, version, other) {
  const own = join(peerFolder(name, version), 'node_modules', other)
  return existsSync(own) ? own : join(home(name, version), 'node_modules', other)
}

/** What a package exports. */
export function bringPeer(name, version) {
  peerFolder(name, version)
  return createRequire(join(home(name, version), 'package.json'))(name)
}
