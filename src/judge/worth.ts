/** What the advice is to know of the learned features beside what needs no training. */
import { setting } from '../setting.js'
import type { Decision } from './decide.js'
import { handedOver, saidVerdict, useInstead } from './decision-words.js'
import type { Baseline, Table } from './line.js'
import { isToldByLabels, noBetterThanClosed } from './summary.js'

export interface Worth {
  /** What to use in their place, and that in a sentence with its reason. */
  instead?: { use: Baseline; sentence: string }
  /** What would tell more, a sentence, where nothing can be told. */
  tells?: string
}

/**
 * By labels, where the headline tells of them; otherwise by what was decided without, so that headline and advice say the same.
 * @param about whether training began from given weights, and whether the report asks eyes already
 */
export function worthOf(
  table: Table,
  decision?: Decision,
  { given = false, asksEyes = false }: { given?: boolean; asksEyes?: boolean } = {},
): Worth {
  const noBetter = noBetterThanClosed(table)
  if (noBetter !== undefined) return insteadOf('closed', `the learned features are ${noBetter}`, given)
  if (!decision || isToldByLabels(table)) return {}
  const other = handedOver(decision)
  const untold = saidVerdict(decision) === 'cannot_tell'
  const because = untold
    ? 'whether training was worth it cannot be told without labels'
    : `training was not worth it${decision.clicked ? ' to the eyes that judged' : ', as far as can be told without labels'}`
  return {
    ...(other && insteadOf(other, because, given)),
    ...(untold && !decision.clicked && { tells: asksEyes ? ASKED : ASK }),
  }
}

const MAY_TELL = 'in about three minutes your own eyes may tell whether it was worth it'
const ASK = `Judge it again with ${setting('clicks')}, for twenty blind questions in the report: ${MAY_TELL}.`
const ASKED = `Answer the blind questions in the report: ${MAY_TELL}.`

function insteadOf(use: Baseline, because: string, given: boolean): Worth {
  return { instead: { use, sentence: `${useInstead(use, given)}: ${because}.` } }
}
