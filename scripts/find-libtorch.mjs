// Finds libtorch: `findLibtorch()` for set-up and `selfsame doctor`; run directly, it prints what it tried.
import { join } from 'node:path'
import { unpacked } from './lib/paths.mjs'
import { isMain, runMain } from './lib/problem.mjs'
import { torchIn } from './lib/torch-folder.mjs'
import { torchOfPython } from './lib/torch-python.mjs'

const prefixes = ['/usr', '/usr/local', '/opt/homebrew', '/opt/libtorch', join(unpacked, 'usr')]

/** Looks at each place in order and stops at the first libtorch: `{ libtorch, tried }`. */
export function findLibtorch(env = process.env) {
  const tried = []
  for (const [place, look] of places(env)) {
    const found = look()
    const outcome = typeof found === 'string' ? found : `libtorch ${found.version}`
    tried.push({ place, outcome })
    if (typeof found !== 'string') return { libtorch: { ...found, source: place }, tried }
  }
  return { libtorch: undefined, tried }
}

function places(env) {
  // a LIBTORCH that holds none is a mistake to report, not to pass over in silence
  if (env.LIBTORCH) return [[`LIBTORCH=${env.LIBTORCH}`, () => torchIn(env.LIBTORCH)]]
  const pythons = [env.VIRTUAL_ENV && join(env.VIRTUAL_ENV, 'bin/python'), 'python3', 'python'].filter(
    Boolean,
  )
  return [
    ...pythons.map((python) => [python, () => torchOfPython(python)]),
    ...prefixes.map((prefix) => [prefix, () => torchIn(prefix)]),
  ]
}

/** One line a place, for people. */
export const triedLines = (tried) => tried.map(({ place, outcome }) => `  ${place}: ${outcome}`).join('\n')

if (isMain(import.meta)) {
  await runMain(() => {
    const { libtorch, tried } = findLibtorch()
    console.log(triedLines(tried))
    if (!libtorch) {
      console.log('No libtorch was found; run `npx selfsame setup`, or set LIBTORCH to its folder.')
      process.exitCode = 1
      return
    }
    for (const [name, value] of Object.entries(libtorch))
      console.log(`${name}: ${[value].flat().join(' : ')}`)
  })
}
