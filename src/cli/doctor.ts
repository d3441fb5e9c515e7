/** What is on this machine, and what is wrong with it. */
import type { Command } from 'commander'
import { examine } from '../doctor/index.js'
import { FAILURE } from './fail.js'
import { say } from './say.js'

export function define(command: Command): void {
  command
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  npx selfsame doctor')
    .action(async ({ json }: { json?: boolean }) => {
      const findings = await examine()
      const problems = findings.flatMap(({ problem }) => (problem ? [problem] : []))
      if (json) {
        const facts = Object.fromEntries(
          findings.map(({ what, value }) => [what.toLowerCase().replaceAll(/\W+/g, '_'), value]),
        )
        say(JSON.stringify({ ...facts, problems }))
      } else {
        for (const { what, value, problem } of findings)
          say(`${problem ? '✗' : '✓'} ${what.padEnd(14)} ${value}`)
        say(
          problems.length === 0
            ? '\nAll is well.'
            : `\n${problems.map((problem) => `✗ ${problem}`).join('\n')}`,
        )
      }
      if (problems.length > 0) process.exitCode = FAILURE
    })
}
