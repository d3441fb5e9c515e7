/** Options that several verbs have. */
import { Option } from 'commander'
import { CHECKPOINTS } from '../trainer/judged-state.js'

/** What every verb says of it that opens a run. */
export const TRUST_CONFIG =
  'run the config file of a run that was not begun here; it is a program, so look at it first'

/** For verbs that open a folder. */
export function followLinksOption(): Option {
  return new Option('--follow-links', 'follow links in a folder of pictures also where they lead out of it')
}

/** For verbs that use what was trained. */
export function checkpointOption(): Option {
  return new Option(
    '--checkpoint <which>',
    'which state of the run; auto takes the best look where the last is clearly worse',
  )
    .choices(CHECKPOINTS)
    .default('auto')
}
