import { judgingStream, permutation } from '../encode/random.js'
import { UsageError } from '../errors.js'

/**
 * The rows whose labels a protocol may see where only a share of all is labelled: of each class that share, rounded, and
 * at least one picture. Drawn without replacement, the same for all contenders.
 * @param labels one class a row, below 0 where it has none
 * @param share above 0, up to 1
 * @returns ascending rows
 */
export function labelledShare(labels: Int32Array, share: number, seed: number): Int32Array {
  if (!(share > 0 && share <= 1)) {
    throw new UsageError(`expected a share of the labels above 0 and up to 1, got ${share}: 0.01 is usual`)
  }
  const sizes = new Map<number, number>()
  for (const label of labels) sizes.set(label, (sizes.get(label) ?? 0) + 1)
  const wanted = (label: number) => Math.max(1, Math.round(share * (sizes.get(label) ?? 0)))
  return drawnRows(labels, wanted, seed, 0).sort()
}

/**
 * Splits labelled rows in two, in each class alike: `held` gets the share of each class, rounded, but never all of it, so
 * a class of one picture is only learned from.
 */
export function holdOut(
  labels: Int32Array,
  rows: Int32Array,
  share: number,
  seed: number,
): { kept: Int32Array; held: Int32Array } {
  const own = rows.map((row) => labels[row] as number)
  const sizes = new Map<number, number>()
  for (const label of own) sizes.set(label, (sizes.get(label) ?? 0) + 1)
  const wanted = (label: number) => {
    const size = sizes.get(label) ?? 0
    return Math.min(size - 1, Math.max(1, Math.round(share * size)))
  }
  const places = firstOfEach(own, permutation(judgingStream(seed, 0x4e1d), rows.length), wanted).sort()
  const taken = new Set(places)
  return {
    held: places.map((place) => rows[place] as number),
    kept: rows.filter((_, place) => !taken.has(place)),
  }
}

/**
 * The rows that a draw labels, as they come: of each class so many as wanted. Every protocol on few labels draws here, so
 * that all see the same labels; a draw of more has those of fewer in it.
 * @param wanted of each class
 */
export function drawnRows(
  labels: Int32Array,
  wanted: (label: number) => number,
  seed: number,
  draw: number,
): Int32Array {
  return firstOfEach(labels, permutation(judgingStream(seed, draw, 0xfe3), labels.length), wanted)
}

/** Of each class the first that come in `order`. */
function firstOfEach(labels: Int32Array, order: Int32Array, wanted: (label: number) => number): Int32Array {
  const taken = new Map<number, number>()
  return order.filter((row) => {
    const label = labels[row] as number
    const before = taken.get(label) ?? 0
    taken.set(label, before + 1)
    return label >= 0 && before < wanted(label)
  })
}
