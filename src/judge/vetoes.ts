/** What forbids features whatever their score. */
import type { Hub } from './hubs.js'
import type { LabelFreeLine } from './without-labels.js'

/** Deviation of features, of that of vectors that point every way alike. */
const LEAST_SPREAD = 0.1
/** Of the untrained network's effective rank. */
const LEAST_RANK = 0.5
/** Of all others, those that have one picture among their nearest: so many, and so many times as many as an average picture has. */
const HUB = { share: 0.05, times: 5 }

/**
 * Why learned features are out of the question, a clause each: they hardly differ, use less than half of the directions that the untrained
 * network's do, or lead most searches to one picture.
 */
export function vetoesOn(measures: readonly LabelFreeLine[], hub: Hub): string[] {
  const scores = (name: string) => measures.find((line) => line.name === name)?.scores
  const [spread, rank] = [scores('std_ratio'), scores('effective_rank')]
  const percent = (share: number) => `${(100 * share).toFixed(0)} %`
  return [
    ...(spread && spread.learned.value < LEAST_SPREAD
      ? [`the features of different pictures hardly differ (spread ${spread.learned.value.toFixed(2)})`]
      : []),
    ...(rank && rank.learned.value < LEAST_RANK * rank.untrained.value
      ? [
          `the features use ${rank.learned.value.toFixed(0)} directions, and those of the untrained network ${rank.untrained.value.toFixed(0)}`,
        ]
      : []),
    ...(hub.share > Math.max(HUB.share, HUB.times * hub.average)
      ? [`one picture is among the 10 nearest of ${percent(hub.share)} of all others`]
      : []),
  ]
}
