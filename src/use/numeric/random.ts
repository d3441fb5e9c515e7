/** Numbers of chance that depend on a seed alone. */

/** Evenly spread from 0 to below 1 (mulberry32, T. Ettinger 2017). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** `count` of the numbers 0 to `of` - 1, each once, ascending. */
export function someOf(of: number, count: number, random: () => number): number[] {
  if (count >= of) return Array.from({ length: of }, (_, at) => at)
  const chosen = new Set<number>()
  // Floyd's way: as many draws as numbers
  for (let at = of - count; at < of; at++) {
    const drawn = Math.floor(random() * (at + 1))
    chosen.add(chosen.has(drawn) ? at : drawn)
  }
  return [...chosen].sort((a, b) => a - b)
}
