/** A label from the labels of the nearest pictures. */

export interface Vote {
  /** The label with most of the vote; null where no neighbour has one. */
  label: string | null
  /** Its share of the vote, 0 to 1, to six digits. */
  confidence: number
  /** All labels that were voted for, the strongest first. */
  labels: { label: string; share: number }[]
  /** Neighbours that had a label. */
  voters: number
}

/** As `evaluate` judges: a neighbour's vote weighs exp(cosine / temperature) (Wu et al., arXiv 1805.01978). */
export const TEMPERATURE = 0.1
export const VOTERS = 20

/** What a vote is, for those who get one. */
export function aboutVotes(k: number): string {
  return `the labels of the ${k} nearest pictures, each weighed by exp(cosine / ${TEMPERATURE}); confidence is the label's share of all weights, and no probability`
}

/**
 * @param scores cosines of the neighbours, descending
 * @param labels theirs, null for those without
 */
export function vote(scores: ArrayLike<number>, labels: readonly (string | null)[]): Vote {
  const sums = new Map<string, number>()
  let total = 0
  let voters = 0
  for (const [i, label] of labels.entries()) {
    if (label === null) continue
    voters++
    // the nearest is taken off, so that no exponent overflows
    const weight = Math.exp(((scores[i] as number) - (scores[0] as number)) / TEMPERATURE)
    sums.set(label, (sums.get(label) ?? 0) + weight)
    total += weight
  }
  const found = Array.from(sums, ([label, sum]) => ({ label, share: Math.round((1e6 * sum) / total) / 1e6 }))
  found.sort((a, b) => b.share - a.share)
  return { label: found[0]?.label ?? null, confidence: found[0]?.share ?? 0, labels: found, voters }
}
