/** The exact sign test: how often a fair coin is as lopsided. */

/**
 * Two-sided p of `chosen` heads among `of` throws of a fair coin: the share of all outcomes that are at least as far from a half (Conover 1999,
 * chapter 3.4).
 * @param of 0 to some hundreds
 */
export function signTest(chosen: number, of: number): number {
  const most = Math.max(chosen, of - chosen)
  let ways = 1
  let tail = 0
  for (let heads = 0; heads <= of; heads++) {
    if (heads >= most) tail += ways
    ways = (ways * (of - heads)) / (heads + 1)
  }
  return Math.min(1, (2 * tail) / 2 ** of)
}
