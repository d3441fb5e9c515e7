// node_modules as package-lock.json wants it.
import { existsSync } from 'node:fs'
import { jsonOf } from './files.mjs'
import { inRoot, root } from './paths.mjs'
import { command, say, step } from './step.mjs'

// the lock file carries no sizes: `du -sm node_modules` on x64 Linux
const megabytes = 520

/** onnxruntime-node would fetch what only CUDA needs, from elsewhere, and fail where there is no way there. */
const NO_DOWNLOADS = { ONNXRUNTIME_NODE_INSTALL: 'skip' }

/** True when npm's own record of what it installed agrees with the lock file. */
export function npmIsCurrent() {
  const wanted = jsonOf(inRoot('package-lock.json'))?.packages ?? {}
  const present = jsonOf(inRoot('node_modules/.package-lock.json'))?.packages
  if (!present) return false
  const agreed = (name) => present[name]?.version === wanted[name]?.version
  return (
    Object.keys(wanted).every((name) => name === '' || agreed(name) || !fitsHere(wanted[name])) &&
    Object.keys(present).every(agreed)
  )
}

export async function installNpm() {
  const packages = Object.entries(jsonOf(inRoot('package-lock.json')).packages)
  const count = packages.filter(([name, entry]) => name !== '' && fitsHere(entry)).length
  say(`Installing ${count} npm packages into node_modules, about ${megabytes} MB.`)
  const own = process.env.npm_execpath
  const [program, ...args] = own?.endsWith('.js') ? [process.execPath, own, 'ci'] : ['npm', 'ci']
  await step('npm packages', () =>
    command(program, args, {
      cwd: root,
      env: { ...process.env, ...NO_DOWNLOADS },
      failure: '`npm ci` failed; npm says why above.',
    }),
  )
}

// of the optional packages npm leaves out those for other systems, with what only they need
function fitsHere({ os, cpu, libc, optional }) {
  if (!optional) return true
  const here = (list, value) => !list || list.includes(value)
  return Boolean(os || cpu) && here(os, process.platform) && here(cpu, process.arch) && here(libc, libcName)
}

const arch = { x64: 'x86_64', arm64: 'aarch64' }[process.arch]
const libcName = existsSync(`/lib/ld-musl-${arch}.so.1`) ? 'musl' : 'glibc'
