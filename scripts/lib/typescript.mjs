// src/ compiled into dist/, incrementally and only when something changed.
import { chmodSync, existsSync, writeFileSync } from 'node:fs'
import { filesUnder, hashOf, jsonOf, textOf } from './files.mjs'
import { makeFolder } from './make-folder.mjs'
import { inRoot, root } from './paths.mjs'
import { command } from './step.mjs'

const stamp = inRoot('dist/.stamp')

const sources = () => filesUnder(inRoot('src'), (path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
const sourceHash = () =>
  hashOf(
    [...sources(), inRoot('tsconfig.json'), inRoot('scripts/lib/browser-module.mjs')],
    jsonOf(inRoot('node_modules/typescript/package.json'))?.version,
  )

export const distIsCurrent = () => textOf(stamp) === sourceHash()

export async function compileTypeScript(report) {
  const hash = sourceHash()
  makeFolder(inRoot('dist'))
  if (sources().length > 0) {
    // the record lies in dist/, so that it goes when dist/ goes
    const args = ['--incremental', '--tsBuildInfoFile', 'dist/.tsbuildinfo', '--pretty', 'false']
    await command(process.execPath, [tsc(), ...args], {
      cwd: root,
      report,
      failure: 'src/ did not compile; tsc says why above.',
    })
    await command(process.execPath, [inRoot('scripts/build-browser.mjs')], {
      cwd: root,
      report,
      failure: 'src/use/browser/ could not be made one module; what is wrong stands above.',
    })
    // npm does so when it links the command, but not again for a clone in the place of an earlier one
    chmodSync(inRoot('dist/cli/bin.cjs'), 0o755)
  }
  writeFileSync(stamp, hash)
}

function tsc() {
  const own = inRoot('node_modules/typescript/bin/tsc')
  return existsSync(own) ? own : inRoot('node_modules/.bin/tsc')
}
