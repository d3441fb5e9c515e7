/** Set-up by its own script: it has to run before anything here is compiled, too. */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'

const SCRIPT = fileURLToPath(new URL('../../scripts/setup.mjs', import.meta.url))

export function define(command: Command): void {
  command
    .option('--check', 'only tell what would be done')
    .addHelpText('after', '\nExample:\n  npx selfsame setup')
    .action(async ({ check }: { check?: boolean }) => {
      const child = spawn(process.execPath, [SCRIPT, ...(check ? ['--check'] : [])], { stdio: 'inherit' })
      process.exitCode = await new Promise<number>((resolve, reject) => {
        child.on('error', reject)
        child.on('close', (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? 'SIGKILL']))
      })
    })
}
