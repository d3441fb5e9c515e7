// Which C++ compiler to run, with the arguments and environment that an unpacked one needs.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { triplet, unpacked } from './paths.mjs'

// one OpenMP runtime in the process: g++ brings the one Debian's libtorch uses, so it comes first on Linux
const names = process.platform === 'darwin' ? ['clang++'] : ['g++', 'c++', 'clang++']

/** `{ program, args, env }`, or undefined when there is none. Spawns nothing. */
export function findCompiler(env = process.env) {
  if (env.CXX) return { program: env.CXX, args: [], env }
  const found = names.map((name) => onPath(name, env)).find(Boolean)
  if (found) return { program: found, args: [], env }
  return unpackedCompiler(env)
}

/** The first line of its `--version`. */
export function versionOf({ program, args, env }) {
  return (
    spawnSync(program, [...args, '--version'], { env, encoding: 'utf8' }).stdout?.split('\n')[0] ?? program
  )
}

/** The full path of a program, or undefined. */
export function onPath(name, env = process.env) {
  const folders = (env.PATH ?? '').split(delimiter).filter(Boolean)
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}

// gcc finds its own parts beside itself; its assembler by PATH, their libraries by LD_LIBRARY_PATH, libc by the sysroot
function unpackedCompiler(env) {
  const program = join(unpacked, 'usr/bin/g++')
  if (!existsSync(program)) return undefined
  const libraries = join(unpacked, 'usr/lib', triplet)
  return {
    program,
    args: [`--sysroot=${unpacked}`],
    env: {
      ...env,
      PATH: [join(unpacked, 'usr/bin'), env.PATH].filter(Boolean).join(delimiter),
      LD_LIBRARY_PATH: [libraries, env.LD_LIBRARY_PATH].filter(Boolean).join(delimiter),
    },
  }
}
