/** The command line. */
import { explainWriteError } from '../write-error.js'
import { report } from './fail.js'
import { makeProgram } from './program.js'
import { leaveTerminal } from './stop.js'

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EIO') leaveTerminal()
  // whoever reads has read enough, as `head` does
  else if (error.code !== 'EPIPE') process.exit(report(explainWriteError(error, 'the output')))
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
