/** Pictures of more pixels than this are set aside: a few bytes of header can claim any size. */
export const MAX_PIXELS = 100_000_000

/** Pictures of many bands may have as many values as the largest colour picture. */
export const MAX_VALUES = 3 * MAX_PIXELS

/** Bands that a picture may have. */
export const MAX_BANDS = 1024

/** Decoding one picture may take this long, in seconds. */
export const MAX_SECONDS = 60
