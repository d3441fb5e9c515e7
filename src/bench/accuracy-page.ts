/** Accuracy against time, ours and the peer's, as a page for `bench/results/`. */
import type { Accuracy } from './accuracy.js'
import { median, type Rounds, type Side } from './compare.js'
import { ending, type PageOptions, table } from './page.js'

/** A table of k-NN accuracies by seconds of training, and how much longer each other side took for our last accuracy. */
export function accuracyPage(
  rounds: Rounds<Accuracy>,
  { title, date, machine, command }: PageOptions,
): string {
  const sides = curvesOf(rounds)
  const [ours] = sides
  const times = [...new Set(sides.flatMap(({ curve }) => curve.map(([seconds]) => Math.round(seconds))))]
  times.sort((a, b) => a - b)
  const count = ours ? (rounds.get(ours.side)?.length ?? 0) : 0
  return [
    `# ${title}`,
    '',
    `${date}, ${machine}. Test pictures that 20 nearest neighbours name rightly, in per cent, after so many seconds of`,
    `training; median of ${count} ${count === 1 ? 'round' : 'rounds in turn'}.`,
    '',
    table(
      ['', ...times.map((seconds) => `${seconds} s`)],
      sides.map(({ side, curve }) => [side.name, ...times.map((time) => at(curve, time))]),
    ),
    ...leads(rounds).map((lead) => `\n${lead}`),
    ...ending(command),
  ].join('\n')
}

/** A sentence on each other side: how much longer it took for our last accuracy. */
export function leads(rounds: Rounds<Accuracy>): string[] {
  const [ours, ...others] = curvesOf(rounds)
  return ours ? others.map((other) => sentence(ours, other)) : []
}

type Curve = Accuracy['curve']

function curvesOf(rounds: Rounds<Accuracy>) {
  return [...rounds].map(([side, found]) => ({ side, curve: medianCurve(found) }))
}

/** The median of the rounds, point by point: all measure after nearly the same times. */
function medianCurve(found: readonly Accuracy[]): Curve {
  const [first] = found
  return (first?.curve ?? []).map((_, i) => {
    const points = found.flatMap(({ curve }) => (curve[i] ? [curve[i]] : []))
    return [median(points.map(([seconds]) => seconds)), median(points.map(([, knn]) => knn))]
  })
}

function at(curve: Curve, time: number): string {
  const point = curve.find(([seconds]) => Math.round(seconds) === time)
  return point ? (100 * point[1]).toFixed(1) : ''
}

/** The other side reached our last accuracy between its last time below it and its first time at it. */
export function sentence(ours: { side: Side; curve: Curve }, other: { side: Side; curve: Curve }): string {
  const [seconds, knn] = ours.curve.at(-1) as Curve[number]
  const reached = other.curve.findIndex(([, theirs]) => theirs >= knn)
  const times = (time: number) => (time / seconds).toFixed(1)
  const begin = `${ours.side.name}: ${(100 * knn).toFixed(1)} % after ${seconds.toFixed(0)} s`
  if (reached < 0) {
    const last = other.curve.at(-1)?.[0] ?? 0
    return `${begin}; ${other.side.name} was not as good after ${last.toFixed(0)} s, ${times(last)} times as long.`
  }
  const before = other.curve[reached - 1]?.[0] ?? 0
  const after = other.curve[reached]?.[0] ?? 0
  return `${begin}; ${other.side.name} was as good after ${before.toFixed(0)} to ${after.toFixed(0)} s, ${times(before)} to ${times(after)} times as long.`
}
