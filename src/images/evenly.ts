/**
 * `count` of the indices below `size`, at even distances.
 * @param within where in its share of all each lies, 0 to 1; at its beginning unless given
 */
export function evenly(size: number, count: number, within = 0): number[] {
  return Array.from({ length: count }, (_, i) => Math.floor(((i + within) * size) / count))
}
