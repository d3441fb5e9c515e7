/** The command line. */
import { report } from './fail.js'
import { makeProgram } from './program.js'

// whoever reads has read enough, as `head` does
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

try {
  // 'selfsame help train' as well
  const [, , first = '', second = ''] = process.argv
  const program = await makeProgram([first === 'help' ? second : first])
  await program.parseAsync()
} catch (error) {
  process.exitCode = report(error)
}
