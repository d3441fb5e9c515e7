// `npm start`: set-up, then the quick start in a process of its own, with its streams, signals and exit code.
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { inRoot } from './lib/paths.mjs'
import { runMain } from './lib/problem.mjs'
import { setup } from './setup.mjs'

const repeatWindow = 300

await runMain(async () => {
  await setup()
  const args = [inRoot('dist/cli/bin.cjs'), 'quickstart', ...process.argv.slice(2)]
  // a group of its own: one Ctrl-C comes from the terminal and again from npm, and must reach the child once
  const child = spawn(process.execPath, args, { stdio: 'inherit', detached: true })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGWINCH']) passOn(signal, child)
  process.exitCode = await new Promise((resolve) => {
    child.on('close', (code, signal) => resolve(code ?? 128 + constants.signals[signal]))
  })
})

function passOn(signal, child) {
  let last = -repeatWindow
  process.on(signal, () => {
    const now = performance.now()
    if (now - last >= repeatWindow) child.kill(signal)
    last = now
  })
}
