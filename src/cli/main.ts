/** The command line. */

import { finishing, letEnd } from '../finishing.js'
import { explainWriteError } from '../write-error.js'
import { report } from './fail.js'
import { makeProgram } from './program.js'
import { leaveTerminal } from './stop.js'

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EIO') leaveTerminal()
  // whoever reads has read enough, as `head` does
  else if (error.code !== 'EPIPE') process.exit(report(explainWriteError(error, 'the output')))
  letEnd()
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
  await finishing(
    'the work never finished: something in it ended the process, or waits for what does not come, as a method or an encoder of your own can; take that out',
    () => program.parseAsync(),
  )
} catch (error) {
  process.exitCode = report(error)
}
