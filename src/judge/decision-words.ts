/** What is said of a decision without labels. */
import { baselineNames } from './baseline-names.js'
import { clickRival, clicksInWords, preferred } from './clicks.js'
import type { Decision, Evidence, Rival, Verdict } from './decide.js'
import type { Baseline } from './line.js'
import { points } from './points.js'
import { VALIDATED } from './validated.js'

/** The verdict as users get it: what eyes have chosen beyond chance, and otherwise none where the rule is not validated. */
export function saidVerdict({ verdict, evidence, clicked }: Decision, validated = VALIDATED): Verdict {
  const by = clicked && preferred(clicked)
  if (by) return by === 'learned' ? 'yes' : 'no'
  return validated[evidence] ? verdict : 'cannot_tell'
}

/** What is handed over in place of the learned features; undefined where those are to be used. */
export function handedOver(decision: Decision, validated = VALIDATED): Baseline | undefined {
  const said = saidVerdict(decision, validated)
  if (said === 'yes' || said === 'probably') return undefined
  const { rival, evidence, scores, record, vetoes, clicked } = decision
  if (clicked && preferred(clicked)) return clickRival(scores)
  if (record && vetoes.length === 0 && !validated[evidence]) return undefined
  if (rival === 'beside') return 'closed'
  // where the score says nothing, what is strongest on most sets
  return validated[evidence] || !scores.closed ? rival : 'closed'
}

const FOUND: Record<Evidence, string> = {
  views: 'at finding a picture by a view of it that no training had',
  names: 'at finding the picture that belongs to another by its name',
  times: 'at finding the picture that was taken seconds before or after another',
}

/**
 * One or two sentences: whether training was worth it as far as that can be told without labels, and what to use otherwise.
 * @param given whether training began from given weights
 */
export function decisionInWords(decision: Decision, given = false, validated = VALIDATED): string {
  const names: Record<Rival, string> = {
    ...baselineNames(given),
    beside: `the closed form with ${baselineNames(given).untrained} beside it`,
  }
  const { rival, lead, vetoes, evidence, record, clicked } = decision
  const other = handedOver(decision, validated)
  const use = other ? ` Use ${names[other]}, which ${needs(other, given)}` : ''
  const sure = 'a hundred labelled pictures in class folders would tell'
  if (clicked) return `${clicksInWords(clicked, names[clickRival(decision.scores)])}${use && `${use}.`}`
  if (!validated[evidence]) {
    const without = 'cannot be told without labels: no rule for it has been found right often enough'
    return other || !record
      ? `Whether training was worth it ${without}.${use}, or label some: ${sure}.`
      : `Whether training was worth it here ${without}. But ${record}; ${sure}.`
  }
  const beside = `${names[rival]}, the best of what needs no training, by ${points(lead)} points ${FOUND[evidence]}`
  const because = vetoes.length > 0 ? vetoes.join('; ') : `they are behind ${beside}`
  switch (decision.verdict) {
    case 'yes':
      return `Training was worth it: without labels, the learned features beat ${beside}, and so in both halves of the pictures.`
    case 'probably':
      return `Training was probably worth it: without labels, the learned features are ahead of ${beside}; ${sure}.`
    case 'no':
      return `Training was not worth it, as far as can be told without labels: ${because}.${use}.`
    case 'cannot_tell':
      return `Whether training was worth it cannot be told without labels: beside ${names[rival]} the learned features have ${points(lead)} points ${FOUND[evidence]}.${use}, or label some: ${sure}.`
  }
}

/** The same in place of the learned features, a main clause. */
export function useInstead(other: Baseline, given = false): string {
  return `Use ${baselineNames(given)[other]} instead, which ${needs(other, given)}`
}

function needs(other: Baseline, given: boolean): string {
  if (other === 'untrained' && given) return 'is there already'
  return other === 'pixels' || other === 'whitened' ? 'need no training' : 'needs no training'
}
