// Finds libjpeg-turbo, which is good to have: without it every picture is decoded by sharp. Spawns nothing.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { textOf } from './files.mjs'
import { triplet, unpacked } from './paths.mjs'

const prefixes = [
  // as compilers look
  '/usr/local',
  '/usr',
  '/opt/libjpeg-turbo',
  '/opt/homebrew/opt/jpeg-turbo',
  join(unpacked, 'usr'),
]
// Fedora's first leads to the second
const configNames = ['jconfig.h', 'jconfig-64.h']
const library = process.platform === 'darwin' ? 'libjpeg.dylib' : 'libjpeg.so'

/**
 * The first libjpeg-turbo with headers and library: `{ version, includeDirs, file, rpath }`, or undefined. `rpath` is
 * set where the loader does not look by itself.
 */
export function findLibjpeg(places = prefixes) {
  for (const prefix of places) {
    const include = join(prefix, 'include')
    // Debian keeps the header that names the version apart
    const includeDirs = [include, join(include, triplet)].filter((folder) => existsSync(folder))
    const configs = includeDirs.flatMap((folder) =>
      configNames.map((name) => textOf(join(folder, name)) ?? ''),
    )
    const version = configs.join('').match(/LIBJPEG_TURBO_VERSION +([\d.]+)/)?.[1]
    // other libjpegs give other pixels
    if (!version || !existsSync(join(include, 'jpeglib.h'))) continue
    const folders = [`lib/${triplet}`, 'lib', 'lib64'].map((name) => join(prefix, name))
    const folder = folders.find((path) => existsSync(join(path, library)))
    if (!folder) continue
    const known = prefix === '/usr' || prefix === '/usr/local'
    return { version, includeDirs, file: join(folder, library), ...(!known && { rpath: folder }) }
  }
  return undefined
}
