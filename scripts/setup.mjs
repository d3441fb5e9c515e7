// Makes a fresh machine ready, says what it does before it does it, and costs nothing when all is there.
// `--check` only tells what would be done.
import { buildNative, nativeIsCurrent } from './build-native.mjs'
import { withLock } from './lib/lock.mjs'
import { makeFolder } from './lib/make-folder.mjs'
import { installNpm, npmIsCurrent } from './lib/npm-packages.mjs'
import { inRoot, isInstalled } from './lib/paths.mjs'
import { isMain, Problem, runMain } from './lib/problem.mjs'
import { say, step } from './lib/step.mjs'
import { bringPackages, lackingPackages } from './lib/system-packages.mjs'
import { compileTypeScript, distIsCurrent } from './lib/typescript.mjs'

const oldestNode = 20

const steps = [
  {
    lacks: () => !isInstalled && !npmIsCurrent() && 'npm packages: run `npm ci`',
    bring: installNpm,
  },
  {
    lacks: () => lackingPackages().length > 0 && `system packages: bring ${lackingPackages().join(', ')}`,
    bring: () => bringPackages(lackingPackages()),
  },
  {
    lacks: () => !nativeIsCurrent() && 'addon: compile native/ into build/selfsame.node',
    bring: () => step('addon', buildNative),
  },
  {
    lacks: () => !isInstalled && !distIsCurrent() && 'TypeScript: compile src/ into dist/',
    bring: () => step('TypeScript', compileTypeScript),
  },
]

/** Does what is lacking, one set-up at a time. */
export async function setup() {
  checkMachine()
  if (steps.some(({ lacks }) => lacks())) {
    makeFolder(inRoot('.cache'))
    await withLock(
      inRoot('.cache/setup.lock'),
      async () => {
        for (const { lacks, bring } of steps) if (lacks()) await bring()
      },
      ({ pid }) => say(`Another set-up is running (process ${pid}); waiting for it.`),
    )
  }
  say(`Set-up is complete (${(performance.now() / 1000).toFixed(2)} s).`)
}

function checkMachine() {
  const [major] = process.versions.node.split('.').map(Number)
  if (major < oldestNode)
    throw new Problem(
      `Selfsame needs Node ${oldestNode} or newer and this is ${process.version}: install a newer one.`,
    )
  if (process.platform === 'win32')
    throw new Problem('Selfsame runs on Linux and macOS: on Windows use it inside WSL.')
}

function check() {
  checkMachine()
  const todo = steps.map(({ lacks }) => lacks()).filter(Boolean)
  console.log(todo.length > 0 ? todo.join('\n') : 'Nothing to do: all is there.')
}

if (isMain(import.meta)) await runMain(process.argv.includes('--check') ? check : setup)
