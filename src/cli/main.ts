/** The command line. */
import { report } from './fail.js'
import { makeProgram } from './program.js'
import { leaveTerminal } from './stop.js'

// whoever reads has read enough, as `head` does
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EIO') leaveTerminal()
  else if (error.code !== 'EPIPE') throw error
  process.exit()
})
// nobody hears how it goes, which is no reason not to go on and save
process.stderr.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EIO') leaveTerminal()
})

try {
  // 'selfsame help train' as well
  const [, , first = '', second = ''] = process.argv
  const program = await makeProgram([first === 'help' ? second : first])
  await program.parseAsync()
} catch (error) {
  process.exitCode = report(error)
}
