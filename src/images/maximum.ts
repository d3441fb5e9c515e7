// of 10, 12, 14 and 16 bits
const MAXIMA = [1023, 4095, 16_383, 65_535] as const

/** The value of full brightness of 16-bit pictures: the least of 10, 12, 14 and 16 bits that holds their greatest value. */
export function maximumFor(greatest: number): number {
  return MAXIMA.find((maximum) => greatest <= maximum) as number
}
