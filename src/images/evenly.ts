/** `count` of the indices below `size`, at even distances. */
export function evenly(size: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.floor((i * size) / count))
}
