/** Average precision of rankings by similarity, exact and without a comparison sort. */

/** Keys have 31 bits of similarity and one that says whether the class is right; three passes of 11 bits sort them. */
const SCALE = 2 ** 29
const DIGITS = 2048

/**
 * For each row of `similarities` `[Q, N]`, cosines from -1 to 1, the average precision of the pictures of class
 * `wanted[q]` among `labels` `[N]`, greatest similarity first: the mean, over the right pictures, of the share of right
 * ones among all at least as similar. Equal similarities are one step, so a collapse, where all are alike, gets the
 * class's share. `first` is the place of the first right picture, the last place of its step.
 */
export function averagePrecisions(
  similarities: Float32Array,
  labels: Int32Array,
  wanted: Int32Array,
): { precision: Float64Array; first: Float64Array } {
  const count = labels.length
  const sorter = radix(count)
  const precision = new Float64Array(wanted.length)
  const first = new Float64Array(wanted.length).fill(Number.POSITIVE_INFINITY)
  for (let q = 0; q < wanted.length; q++) {
    const label = wanted[q] as number
    const start = q * count
    for (let i = 0; i < count; i++) {
      const place = Math.round((1 - (similarities[start + i] as number)) * SCALE)
      const key = place < 0 ? 0 : place > 2 * SCALE ? 2 * SCALE : place
      sorter.keys[i] = key * 2 + (labels[i] === label ? 1 : 0)
    }
    const sorted = sorter.sort()
    let right = 0
    let sum = 0
    for (let i = 0; i < count; ) {
      const key = (sorted[i] as number) >>> 1
      const before = right
      for (; i < count && (sorted[i] as number) >>> 1 === key; i++) right += (sorted[i] as number) & 1
      if (right > before) {
        sum += ((right - before) * right) / i
        if (before === 0) first[q] = i
      }
    }
    precision[q] = right > 0 ? sum / right : 0
  }
  return { precision, first }
}

/** Sorts 32-bit keys from low to high, in place of a buffer that is filled anew each time. */
function radix(count: number): { keys: Uint32Array; sort: () => Uint32Array } {
  const keys = new Uint32Array(count)
  const other = new Uint32Array(count)
  const places = [new Uint32Array(DIGITS), new Uint32Array(DIGITS), new Uint32Array(DIGITS)] as const
  const [low, middle, high] = places
  return {
    keys,
    sort() {
      for (const place of places) place.fill(0)
      for (let i = 0; i < count; i++) {
        const key = keys[i] as number
        low[key & 2047]!++
        middle[(key >>> 11) & 2047]!++
        high[key >>> 22]!++
      }
      for (const place of places) {
        let sum = 0
        for (let digit = 0; digit < DIGITS; digit++) {
          const here = place[digit] as number
          place[digit] = sum
          sum += here
        }
      }
      for (let i = 0; i < count; i++) {
        const key = keys[i] as number
        other[low[key & 2047]!++] = key
      }
      for (let i = 0; i < count; i++) {
        const key = other[i] as number
        keys[middle[(key >>> 11) & 2047]!++] = key
      }
      for (let i = 0; i < count; i++) {
        const key = keys[i] as number
        other[high[key >>> 22]!++] = key
      }
      return other
    },
  }
}
