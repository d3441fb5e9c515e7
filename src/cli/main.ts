/** The command line. */
import { explainWriteError } from '../write-error.js'
import { report } from './fail.js'
import { makeProgram } from './program.js'

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // whoever reads has read enough, as `head` does, or the terminal is closed
  if (error.code === 'EPIPE' || error.code === 'EIO') process.exit()
  process.exit(report(explainWriteError(error, 'the output')))
})
// nobody hears how it goes, which is no reason not to go on and save
process.stderr.on('error', () => {})

try {
  // 'selfsame help train' as well
  const [, , first = '', second = ''] = process.argv
  const program = await makeProgram([first === 'help' ? second : first])
  await program.parseAsync()
} catch (error) {
  process.exitCode = report(error)
}
