import type { Source } from '../images/index.js'

type Labelled = Pick<Source, 'labels'>

/**
 * That pictures are judged without labels, and why, without the period: none of them has one, all have the same, or each its own.
 * @returns undefined where their labels are enough to judge with
 */
export function judgedUnlabelled({ train, test }: { train: Labelled; test?: Labelled }): string | undefined {
  const sides = [train, test].map((side) => countsOf(side?.labels)).filter((counts) => counts.size > 0)
  if (sides.length === 0) return 'No labels were found, so this is judged without'
  const classes = new Set(sides.flatMap((counts) => [...counts.keys()]))
  if (classes.size === 1) return 'All labelled pictures are of one class, so this is judged without labels'
  // where one side alone has any, it is split in two, within each class
  if (sides.length === 2 || sides.some((counts) => [...counts.values()].some((count) => count > 1)))
    return undefined
  return 'No class has two pictures, so this is judged without labels'
}

function countsOf(labels: Int32Array | undefined): Map<number, number> {
  const counts = new Map<number, number>()
  for (const label of labels ?? []) if (label >= 0) counts.set(label, (counts.get(label) ?? 0) + 1)
  return counts
}
